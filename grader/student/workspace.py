"""A student's workspace: the registry, the work in it, and what is remembered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cached_property

from grader.files import WriteError
from grader.layout import Layout
from grader.student import StudentError
from grader.student.code import Code
from grader.student.reference import excerpt
from grader.student.state import Noted, read_state, update_state
from grader.student.verdict import Verdict
from grader.student.work import ExerciseStatus, read_work
from grader.syllabus import Exercise, Topic, read_syllabus


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
        self.forgets = ""
        """Why verdicts cannot be remembered, if so."""

    def reread(self) -> None:
        """Look at the work again."""
        self.work = read_work(self.layout, self.syllabus)
        self.state = read_state(self.layout.state)
        vars(self).pop("notebooks", None)

    def exercise(self, name: str) -> Exercise:
        """Return the one exercise of a name.

        Raises:
            SyllabusError: there is none of that name.
            StudentError: no name is given, or that of a topic.
        """
        first, *others = self.syllabus.only(name).exercises.values()
        if others:
            if name:
                raise StudentError(
                    "{topic} is a topic: add one, as EX={exercise}",
                    topic=name,
                    exercise=first.id,
                )
            raise StudentError(
                "no exercise is named: add one, as EX={exercise}", exercise=first.id
            )
        return first

    def named(self, part: str) -> set[str]:
        """Return the ids of exercises that are named themselves, not by their topic."""
        names = {name.strip() for name in part.split(",")} - {""}
        names -= {*self.syllabus.topic_ids}
        return {e for name in names for e in self.syllabus.ids_of(name)}

    def status(self, exercise: Exercise) -> ExerciseStatus:
        """Return how an exercise stands, as far as is known."""
        return self.work.status(exercise, self.state)

    def statuses(self) -> dict[str, ExerciseStatus]:
        """Return how all exercises stand, by id, in modules or in notebooks."""
        return {
            e.id: ExerciseStatus.PASSES if self.passes(e) else self.status(e)
            for e in self.syllabus.exercises.values()
        }

    def passes(self, exercise: Exercise) -> bool:
        """Say whether an exercise is known to pass, in its module or its notebook."""
        in_module = self.status(exercise) is ExerciseStatus.PASSES
        return in_module or self.passes_in_notebook(exercise)

    def passes_in_notebook(self, exercise: Exercise) -> bool:
        """Say whether the answer in the notebook is one that was found to pass."""
        noted = self.state.notebooks.get(exercise.id)
        if noted is None or not noted.passes:
            return False
        code = self.notebooks.get(exercise.topic)
        return noted.key == self.work.cells_key(exercise, code)

    @cached_property
    def notebooks(self) -> Mapping[str, Code]:
        """The code in the notebooks, by topic."""
        from grader.student.cells import read_notebooks  # noqa: PLC0415 - it takes long

        return read_notebooks(self.layout, self.syllabus)

    def is_in_notebook(self, topic: Topic) -> bool:
        """Say whether a topic is worked on in its notebook, and not in its module."""
        begun = any(e.id in self.state.notebooks for e in topic.exercises)
        return begun and all(
            self.status(e) is ExerciseStatus.UNTOUCHED for e in topic.exercises
        )

    def own_code(self, exercise: Exercise, *, in_notebook: bool) -> str:
        """Return the student's code of an exercise."""
        among = self.notebooks if in_notebook else self.work.files
        given = self.work.stubs[exercise.topic].names
        return excerpt(among[exercise.topic], exercise, given)

    def can_check(self, exercise: Exercise) -> bool:
        """Say whether an exercise is whole, and not what was checked last."""
        changed = self.status(exercise) is ExerciseStatus.CHANGED
        return changed and self.work.key(exercise) is not None

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
            self.state = self.state.with_verdicts(noted)
            try:
                self.state = update_state(
                    self.layout.state, lambda state: state.with_verdicts(noted)
                )
            except WriteError as error:  # forgetting costs a check, no more
                self.forgets = str(error)

    def note_cells(self, verdict: Verdict) -> None:
        """Remember a verdict on the answer in a notebook."""
        exercise = self.syllabus.exercises[verdict.exercise]
        code = self.notebooks.get(exercise.topic)
        if key := self.work.cells_key(exercise, code):
            noted = Noted(key, verdict.passes)
            with suppress(WriteError):  # as above
                self.state = update_state(
                    self.layout.state,
                    lambda state: state.with_notebook(exercise.id, noted),
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
