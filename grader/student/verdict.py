"""What a check found out about one exercise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from grader.scoring.message import Message
from grader.scoring.outcome import Outcome
from grader.speech import _, several

MAX_LINES = 200
MAX_CHARACTERS = 20_000


class Printed(NamedTuple):
    """The end of what was printed, and how many lines were left out before it."""

    lines: tuple[str, ...] = ()
    left_out: int = 0

    def rows(self, most: int = MAX_LINES) -> list[str]:
        """Return the rows of a message: all lines, or the last ones behind a note."""
        shown = self.lines[-most:]
        left_out = self.left_out + len(self.lines) - len(shown)
        note = several(
            "({n} line before this is not shown)",
            "({n} lines before this are not shown)",
            left_out,
        )
        said = [note, *shown] if left_out else shown
        labels = (_("printed"), *[""] * len(said))
        return [f"  {a:<9} {line}" for a, line in zip(labels, said, strict=False)]


NOTHING_PRINTED = Printed()


def end_of(text: str) -> Printed:
    """Return the end of what was printed: MAX_LINES, of MAX_CHARACTERS together."""
    cut = text.rstrip()[-MAX_CHARACTERS:]
    lines = cut.splitlines()[-MAX_LINES:]
    return Printed(tuple(lines), len(text.rstrip().splitlines()) - len(lines))


@dataclass(frozen=True)
class Verdict:
    """The outcomes of an exercise's tests, and the first message among them."""

    exercise: str
    outcomes: tuple[Outcome, ...]
    message: Message | None = None
    printed: Printed = NOTHING_PRINTED
    """What the student's code printed in the test of the message."""

    test: str = ""
    """The id of that test in pytest."""

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
        lines, left_out = data["printed"]
        printed = Printed(tuple(lines), left_out)
        read = {"outcomes": outcomes, "message": message, "printed": printed}
        return cls(**{**data, **read})
