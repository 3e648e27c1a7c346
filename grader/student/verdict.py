"""What a check found out about one exercise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from grader.scoring.message import Message
from grader.scoring.outcome import Outcome


@dataclass(frozen=True)
class Verdict:
    """The outcomes of an exercise's tests, and the first message among them."""

    exercise: str
    outcomes: tuple[Outcome, ...]
    message: Message | None = None
    printed: str = ""
    """What the student's code printed in the test of the message."""

    @property
    def passes(self) -> bool:
        """Say whether all tests passed that could run here."""
        return set(self.outcomes) <= {Outcome.PASSED, Outcome.NO_GPU}

    @property
    def imports(self) -> bool:
        """Say whether the file could be imported: else this is no verdict on it."""
        return Outcome.NO_IMPORT not in self.outcomes

    @property
    def waiting(self) -> int:
        """Return how many tests wait for a GPU."""
        return self.outcomes.count(Outcome.NO_GPU)

    def as_dict(self) -> dict[str, Any]:
        """Return plain data, for another process."""
        message = self.message and self.message.as_data()
        return {**vars(self), "message": message}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the verdict that `as_dict` was asked of."""
        message = data["message"] and Message.from_data(data["message"])
        outcomes = tuple(map(Outcome, data["outcomes"]))
        return cls(**{**data, "outcomes": outcomes, "message": message})
