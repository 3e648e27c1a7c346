"""nbgrader's autograding: the student's code in a sandbox, the verdict outside."""

from __future__ import annotations

import atexit
from functools import cache
from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import Execute
from traitlets import Bool, List, Unicode

from grader.class_run.grading_config import GradingConfig, Task, judge_task
from grader.class_run.pool import JudgePool
from grader.class_run.seeds import read_secret
from grader.intake import SubmissionSource
from grader.layout import find_course
from grader.nbgrader.cell_grades import comment_on
from grader.nbgrader.repair_cells import name_of, to_node
from grader.nbgrader.source_cells import exercises_of, syllabus
from grader.sandbox.isolation import Level, choose_level
from grader.sandbox.limits import Limits
from grader.scoring.score import ExerciseScore
from grader.stubs import check_id


class GradeApart(Execute):  # type: ignore[misc] # nbgrader has no types
    """Grades a notebook of this kit as `grader grade` does, and runs nothing of it.

    The points stand in the outputs of the cells that check exercises, where nbgrader
    looks for them. Notebooks of other kinds are run, as by `Execute`.
    """

    unsandboxed = Bool(
        False, help="Where nothing better can be had, use no sandbox."
    ).tag(config=True)
    limits = List(Unicode(), help="Limits to change, as memory=4GiB.").tag(config=True)

    def __call__(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Grade under --no-execute, too: a student's own outputs are no points."""
        return self.preprocess(nb, resources)

    def preprocess(
        self,
        nb: NotebookNode,
        resources: dict[str, Any] | None = None,
        km: Any = None,
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Put points and messages into the notebook."""
        assert resources is not None
        ids = resources["nbgrader"]
        cells = {name_of(cell): cell for cell in nb.cells}
        exercises = exercises_of(ids["notebook"], cells)
        if not exercises and not self.enabled:
            return nb, resources
        if not exercises:
            executed: tuple[NotebookNode, dict[str, Any]]
            executed = super().preprocess(nb, resources, km)
            return executed
        layout = find_course()
        secrets = (layout.solutions, layout.hidden_tests, self.course.root)
        level = choose_level(map(Path, secrets), unsandboxed=self.unsandboxed)
        config = GradingConfig(
            level,
            Limits().changed(self.limits),
            layout.hidden_tests,
            syllabus().restricted(exercises),
            read_secret(layout.secret),
        )
        folder = self.course.format_path(
            self.course.submitted_directory, ids["student"], ids["assignment"]
        )
        submission = config.read(SubmissionSource(ids["student"], Path(folder)))
        pool = warm_pool(config.level, config.limits)
        score, report = judge_task(pool, Task(submission), config)
        for exercise in score.exercises:
            said = comment_on(exercise, report)
            cells[check_id(exercise.exercise)].outputs = outputs(exercise, said)
        return nb, resources

    @property
    def course(self) -> Any:
        """Return where the course's folders lie."""
        return self.parent.parent.coursedir


@cache
def warm_pool(level: Level, limits: Limits) -> JudgePool:
    """Return a judge that lasts as long as this process: torch is imported once."""
    pool = JudgePool(level, 1, limits, find_course().hidden_tests)
    atexit.register(pool.close)
    return pool


def outputs(exercise: ExerciseScore, said: str) -> list[NotebookNode]:
    """Return what nbgrader reads the points from, and what feedback shows."""
    text = said or f"✓ {exercise.exercise}"
    shown = {"output_type": "stream", "name": "stdout", "text": f"{text}\n"}
    points = {
        "output_type": "execute_result",
        "execution_count": None,
        "metadata": {},
        "data": {"text/plain": f"{exercise.points:g}"},
    }
    return [to_node(shown), to_node(points)]
