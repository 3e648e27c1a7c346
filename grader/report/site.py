"""The pages of a class: a static site that needs no server, script or network."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote

from grader.exports.feedback import Feedback
from grader.report.charts import BINS, count_shares, draw_bars
from grader.report.class_data import ClassData, ExerciseData
from grader.report.page_folder import PageFolder
from grader.report.pages import Pages, student_page
from grader.report.statistics import MIN_STUDENTS
from grader.results.result import Result, Status
from grader.results.similar_pairs import SimilarPair
from grader.speech import _, mark
from grader.syllabus import Syllabus
from grader.text import one_line
from grader.words import render

INDEX = "index.html"
ROWS = 100
"""Students of one page of the grid: no page is too large to open."""
NAMES = 30
"""Students named beside a slip."""


@dataclass(frozen=True)
class State:
    """How far an exercise is, as it is drawn."""

    id: str
    name: str
    mark: str
    """The class of its colour."""
    sign: str
    """What stands in its place where it has no points; in grey it tells, too."""


STATES = (
    State("done", mark("done"), "d", ""),
    State("partly", mark("partly"), "p", ""),
    State("wrong", mark("wrong"), "w", "✗"),
    State("untouched", mark("not started"), "", "·"),
    State("unheard", mark("not heard"), "u", "!"),
    State("absent", mark("not handed in"), "", "/"),
)
BY_ID = {state.id: state for state in STATES}


@dataclass(frozen=True)
class Similar:
    """Pairs whose work is alike, and the folder of the pages that show them."""

    folder: Path
    pairs: Sequence[SimilarPair]

    def link_from(self, folder: Path) -> str:
        """Return where the pages lie, seen from another folder, for a link."""
        here, there = folder.resolve(), self.folder.resolve()
        return quote(Path(os.path.relpath(there, here)).as_posix())


NOT_LOOKED = Similar(Path(), ())


class Site(PageFolder):
    """Makes the pages of a class, and writes them into a folder of their own."""

    def __init__(self, folder: Path, title: str) -> None:
        """Take the folder and the course's title."""
        super().__init__(folder, "report")
        shared = {
            "bins": bin_labels(),
            "states": STATES,
            "least": MIN_STUDENTS,
            "shown": NAMES,
            "many": ROWS,
        }
        self.pages = Pages(title, **shared)

    def write_student(
        self, result: Result, feedback: Feedback | None, syllabus: Syllabus
    ) -> None:
        """Write a student's own page."""
        page = self.pages.make_student(result, feedback, syllabus)
        self.write(student_page(result.student), page)

    def make(self, name: str, template: str, **values: Any) -> None:
        """Write a page that a template makes.

        Raises:
            WriteError: it cannot be written.
        """
        self.write(name, self.pages.make(template, **values))

    def write_class(self, data: ClassData, similar: Similar = NOT_LOOKED) -> None:
        """Write the pages for the teacher.

        Args:
            data: of the class.
            similar: whose work is alike.
        """
        shared = {"data": data, "numbers": data.syllabus.numbers}
        self.pages.templates.globals |= shared
        self.write_exercises(data)
        grids = self.write_grids(data)
        distributions = list(distributions_of(data))
        panels = [(name, counts) for name, counts, _mean in distributions]
        counts = data.count_states()
        self.make(
            INDEX,
            INDEX,
            look=list(looks_of(data)),
            late=data.late,
            similar=similar,
            folder=similar.link_from(self.folder),
            over_time=sorted(data.over_time, key=lambda o: (-o.gain, o.student)),
            missing=[r.student for r in data.results if r.status is Status.MISSING],
            chart=draw_bars(panels, _("Distribution of points"), 4),
            distributions=distributions,
            progress=[(topic, counts[topic.id]) for topic in data.syllabus.topics],
            grids=grids,
            enough=any(e.item.facility is not None for e in data.exercises.values()),
        )

    def write_exercises(self, data: ClassData) -> None:
        """Write a page for each exercise."""
        ids = list(data.exercises)
        for i, (name, found) in enumerate(data.exercises.items()):
            counts = count_shares(list(found.shares.values()))
            title = _("Distribution of points: {exercise}")
            title = title.format(exercise=_(found.exercise.title))
            self.make(
                f"exercise/{name}.html",
                "exercise.html",
                e=found,
                exercise=found.exercise,
                number=data.syllabus.numbers[name],
                read=render(data.syllabus.read_on(found.exercise)),
                before=ids[i - 1] if i else None,
                after=ids[i + 1] if i + 1 < len(ids) else None,
                counts=counts,
                chart=draw_bars([("", counts)], title, 1),
            )

    def write_grids(self, data: ClassData) -> list[tuple[str, str, str]]:
        """Write who is how far; return the pages, each with its first and last name."""
        students = list(data.states)
        parts = [students[i : i + ROWS] for i in range(0, len(students), ROWS)]
        names = [f"students-{i}.html" for i in range(1, len(parts) + 1)]
        for i, (name, part) in enumerate(zip(names, parts, strict=True)):
            self.make(
                name,
                "grid.html",
                rows=[(student, list(cells_of(data, student))) for student in part],
                before=names[i - 1] if i else None,
                after=names[i + 1] if i + 1 < len(names) else None,
            )
        return [(n, p[0], p[-1]) for n, p in zip(names, parts, strict=True)]


def bin_labels() -> list[str]:
    """Return what each bin of shares is called."""
    edges = [100 * i // BINS for i in range(BINS + 1)]
    said = _("{low} to {high} %")
    return [said.format(low=a, high=b) for a, b in pairwise(edges)]


def looks_of(data: ClassData) -> Iterator[tuple[str, str, bool]]:
    """Yield who needs a look, why, and whether there is a score to see."""
    for result in data.results:
        for why in result.needs_look:
            yield result.student, one_line(why, 300), result.score is not None


def cells_of(data: ClassData, student: str) -> Iterator[tuple[str, str]]:
    """Yield mark and text of a student's cells, an exercise each."""
    for name, found in data.exercises.items():
        state = BY_ID[data.states[student].get(name, "absent")]
        made = found.made.get(student)
        yield state.mark, state.sign or (f"{made.points:g}" if made else "")


def distributions_of(
    data: ClassData,
) -> Iterator[tuple[str, Sequence[int], float | None]]:
    """Yield, for all points and those of each topic, counts by share and the mean."""
    exercises = list(data.exercises.values())
    yield _("all"), *summary(exercises)
    for topic in data.syllabus.topics:
        mine = [e for e in exercises if e.exercise.topic == topic.id]
        yield _(topic.title), *summary(mine)


def summary(exercises: Sequence[ExerciseData]) -> tuple[Sequence[int], float | None]:
    """Return the counts of students by their share of points, and the mean share."""
    earned: dict[str, float] = {}
    most: dict[str, float] = {}
    for found in exercises:
        for student, made in found.made.items():
            earned[student] = earned.get(student, 0.0) + made.points
            most[student] = most.get(student, 0.0) + made.max - made.open
    shares = [earned[s] / most[s] for s in earned if most[s]]
    return count_shares(shares), sum(shares) / len(shares) if shares else None
