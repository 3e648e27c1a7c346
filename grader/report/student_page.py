"""What a student's own page shows of each exercise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.class_run.look import UNHEARD
from grader.exports.feedback import Feedback, Line
from grader.scoring.outcome import Outcome
from grader.syllabus import Syllabus, Topic
from grader.words import render


@dataclass(frozen=True)
class Entry:
    """An exercise on a student's page."""

    line: Line
    hint: str
    """The first one."""

    @property
    def untouched(self) -> bool:
        """Say whether the stub is as it was."""
        return self.line.outcome is Outcome.NOT_STARTED and not self.line.points


@dataclass(frozen=True)
class Section:
    """A topic on a student's page."""

    topic: Topic
    entries: Sequence[Entry]

    @property
    def points(self) -> float:
        """Return the points of the topic."""
        return sum(entry.line.points for entry in self.entries)

    @property
    def reachable(self) -> float:
        """Return the points that could be had where it was graded."""
        return sum(entry.line.reachable for entry in self.entries)

    @property
    def unheard(self) -> Entry | None:
        """Return an entry that says why the whole file was not heard, if it was not."""
        faults = {render(m.fault) for e in self.entries if (m := e.line.message)}
        heard = any(e.line.outcome not in UNHEARD for e in self.entries)
        return None if heard or len(faults) > 1 else self.entries[0]

    @property
    def done(self) -> Sequence[Entry]:
        """Return the exercises with full points."""
        return [entry for entry in self.entries if entry.line.full]

    @property
    def untouched(self) -> Sequence[Entry]:
        """Return the exercises that nobody began."""
        return [entry for entry in self.entries if entry.untouched]

    @property
    def open(self) -> Sequence[Entry]:
        """Return the exercises that are worth another try."""
        return [e for e in self.entries if not e.line.full and not e.untouched]


def make_sections(feedback: Feedback, syllabus: Syllabus) -> list[Section]:
    """Return the topics that were graded, with their exercises."""
    by_topic: dict[str, list[Entry]] = {}
    for line in feedback.lines:
        hints = syllabus.exercises[line.exercise].hints
        entry = Entry(line, hints[0] if hints else "")
        by_topic.setdefault(line.topic, []).append(entry)
    return [Section(syllabus.topic(name), found) for name, found in by_topic.items()]
