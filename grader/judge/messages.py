"""What a judge and its owner tell each other: both ends are the kit's own."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from grader.scoring.manifest import Manifest
from grader.scoring.submission import Submission
from grader.words import Words


class Part(StrEnum):
    """Which tests of an exercise are run."""

    ALL = "all"
    """As the machine can: those marked cuda stay open where there is no GPU."""
    OPEN = "cuda left open"
    """All, but those marked cuda stay open, whatever the machine has."""
    CUDA = "cuda"
    """Those marked cuda alone."""


@dataclass(frozen=True)
class Job:
    """One submission to judge."""

    submission: Submission
    seed: str
    """Decides every random input; not to be known to the student beforehand."""
    exercises: frozenset[str]
    """Ids of the exercises to judge it in."""
    part: Part = Part.ALL


@dataclass(frozen=True)
class Ready:
    """The suite is collected and the sandbox is warm."""

    manifest: Manifest


@dataclass(frozen=True)
class Fault:
    """The kit failed; there is no report."""

    words: Words
