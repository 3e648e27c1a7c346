"""What became of each submission of a class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from grader.policy import Adjusted
from grader.scoring.score import Score
from grader.speech import _, mark


class Status(StrEnum):
    """How the grading of one submission ended."""

    GRADED = mark("graded")
    NOT_GRADED = mark("not graded")
    """It could not be read; an instructor must look at it."""
    KIT_ERROR = mark("kit error")
    """The kit failed; grade it again."""
    MISSING = mark("not handed in")
    """On the roster, and nothing came; counted as nothing."""


@dataclass(frozen=True)
class Result:
    """One student's result."""

    student: str
    status: Status
    score: Score | None = None
    reason: str = ""
    """Why there is no score."""
    notes: tuple[str, ...] = ()
    """What an instructor should know about a graded submission."""
    look: Mapping[str, str] = field(default_factory=dict)
    """Why a topic's file was not heard, by topic: its zero needs a person's look."""
    unread: tuple[str, ...] = ()
    """Topics with a file that could not be read."""
    kept: bool = False
    """Whether the score is that of an earlier run, since nothing has changed."""
    submitted_at: datetime | None = None
    """When it was handed in, with a time zone; None if unknown."""
    times: Mapping[str, datetime] = field(default_factory=dict)
    """When a topic was handed in, where it has a time of its own."""
    marked_late: bool = False
    """Whether the platform marks it late."""
    returns_as: str = ""
    """The name under which the platform takes a page back."""
    attempt: int = 1
    """Which attempt this is."""
    of: int = 1
    """How many attempts there are."""
    adjusted: Adjusted | None = None
    """The points as the course counts them, if it has rules."""
    attempts: tuple[Result, ...] = ()
    """All attempts, if several were graded."""

    @property
    def needs_look(self) -> Sequence[str]:
        """Return what a person should look at before the points are believed."""
        if self.status in (Status.NOT_GRADED, Status.KIT_ERROR):
            return [self.state.partition("\n")[0]]
        return [f"{topic}: {why}" for topic, why in self.look.items()]

    @property
    def state(self) -> str:
        """Return the status, and the reason if there is one."""
        said = _(self.status)
        return f"{said}: {self.reason}" if self.reason else said
