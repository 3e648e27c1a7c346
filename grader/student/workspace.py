"""A student's workspace: the registry, the work in it, and what is remembered."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress

from grader.files import WriteError
from grader.layout import Layout
from grader.student import StudentError
from grader.student.state import Noted, read_state, update_state
from grader.student.verdict import Verdict
from grader.student.work import ExerciseStatus, read_work
from grader.syllabus import Exercise, read_syllabus


class Workspace:
    """What is known of one folder of exercises, without running any."""

    def __init__(self, layout: Layout) -> None:
        """Read the registry, the work and the state.

        Raises:
            SyllabusError: the registry cannot be read.
        """
        self.layout = layout
        self.syllabus = read_syllabus(layout.registry)
        self.work = read_work(layout, self.syllabus)
        self.state = read_state(layout.state)

    def reread(self) -> None:
        """Look at the work again."""
        self.work = read_work(self.layout, self.syllabus)
        self.state = read_state(self.layout.state)

    def exercise(self, name: str) -> Exercise:
        """Return the one exercise of a name.

        Raises:
            SyllabusError: there is none of that name.
            StudentError: no name is given, or that of a topic.
        """
        first, *others = self.syllabus.only(name).exercises.values()
        if others:
            given = f"{name} is a topic" if name else "no exercise is named"
            raise StudentError(f"{given}: add one, as EX={first.id}")
        return first

    def status(self, exercise: Exercise) -> ExerciseStatus:
        """Return how an exercise stands, as far as is known."""
        return self.work.status(exercise, self.state)

    def statuses(self) -> dict[str, ExerciseStatus]:
        """Return how all exercises stand, by id."""
        return {e.id: self.status(e) for e in self.syllabus.exercises.values()}

    def passes(self, exercise: Exercise) -> bool:
        """Say whether an exercise is known to pass as it is."""
        return self.status(exercise) is ExerciseStatus.PASSES

    def unchecked(self, among: Collection[Exercise]) -> list[str]:
        """Return the ids of exercises whose code is not what was checked last."""
        return [e.id for e in among if self.status(e) is ExerciseStatus.CHANGED]

    def note(self, verdicts: Iterable[Verdict]) -> None:
        """Remember verdicts on the work as it was read, where they are on an exercise.

        A file that cannot be imported says nothing about an exercise: the fault may be
        another one's.
        """
        noted = {}
        for verdict in verdicts:
            exercise = self.syllabus.exercises[verdict.exercise]
            key = self.work.key(exercise)
            touched = self.status(exercise) is not ExerciseStatus.UNTOUCHED
            if key and touched and verdict.imports:
                noted[exercise.id] = Noted(key, verdict.passes)
        if noted:
            with suppress(WriteError):  # forgetting costs a check, no more
                self.state = update_state(
                    self.layout.state, lambda state: state.with_verdicts(noted)
                )

    def see_hint(self, exercise: Exercise) -> int:
        """Count one further hint of an exercise; return how many have been asked for.

        Raises:
            WriteError: the count cannot be written.
        """
        asked = min(self.state.hints.get(exercise.id, 0), len(exercise.hints)) + 1
        seen = min(asked, len(exercise.hints))
        self.state = update_state(
            self.layout.state, lambda state: state.with_hints(exercise.id, seen)
        )
        return asked
