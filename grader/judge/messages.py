"""What a judge and its owner tell each other: both ends are the kit's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from grader.sandbox.isolation import Level
from grader.sandbox.limits import Limits
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
class Start:
    """What the process of a suite begins with."""

    level: Level
    limits: Limits
    course: Path
    """Folder of the course, whose registry and reference solutions the tests go by."""
    tests: Path
    environ: Mapping[str, str]
    """The environment's variables."""


@dataclass(frozen=True)
class Collected:
    """The suite is collected."""

    manifest: Manifest


@dataclass(frozen=True)
class Ready:
    """A judge's sandbox is there."""


@dataclass(frozen=True)
class Fault:
    """The kit failed; there is no report."""

    words: Words
