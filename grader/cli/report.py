"""The verb report: pages of a class for its teacher, and a page for each student."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from grader.audit.recount import Recount
from grader.cli.screen import print_plain, progress_bar
from grader.errors import GraderError
from grader.exports.feedback import make_feedback
from grader.results.similar_pairs import read_pairs
from grader.scoring.message import Message
from grader.scoring.outcome import Outcome
from grader.scoring.report import messages_of
from grader.scoring.score import Score
from grader.scoring.submission import missing
from grader.speech import _

INSTALL = (
    "python -m pip install --constraint constraints.txt --editable '.[instructor]'"
)


class MissingPackageError(GraderError):
    """What makes the pages is not installed."""


@contextmanager
def told_to_install() -> Iterator[None]:
    """Say what to install where an import fails.

    Raises:
        MissingPackageError: it does.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise MissingPackageError(
            "{package} is not installed: {command}",
            package=error.name,
            command=INSTALL,
        ) from error


def report(
    results: Annotated[Path, typer.Argument(help="Folder that grade wrote.")],
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the pages.", show_default="report/ in that folder"
        ),
    ] = None,
    similar: Annotated[
        Path | None,
        typer.Option(
            help="Folder that similar wrote: the class page names its pairs.",
            show_default="similar/ in that folder",
        ),
    ] = None,
) -> None:
    """Write pages on a class: what to look at, slips by name, how exercises did.

    They need no network and no server. A student's page says nothing of others.
    """
    with told_to_install():
        from grader.report.class_data import ClassData
        from grader.report.site import INDEX, Similar, Site

    recount = Recount.of(results)
    syllabus = recount.syllabus
    data = ClassData(syllabus, recount.policy)
    looked = similar or results / "similar"
    pairs = Similar(looked, read_pairs(looked))
    with Site(out or results / "report", _(syllabus.course.title)) as site:
        with progress_bar(_("Students")) as bar:
            for entry in bar.track(recount.scores["students"]):
                result = recount.with_attempts(entry)
                made, said, feedback = None, {}, None
                if result.score is not None:
                    read = recount.report(result.student)
                    made, said = recount.score(result.student, read), messages_of(read)
                    feedback = make_feedback(made, read, syllabus)
                data.add(result, made, said, absent_topics(made, said))
                site.write_student(result, feedback, syllabus)
        site.write_class(data, pairs)
        print_plain(_("{path} written").format(path=site.folder / INDEX))


def absent_topics(made: Score | None, said: dict[str, Message]) -> set[str]:
    """Return the topics of which a student has no file."""
    if made is None:
        return set()
    absent = set()
    for exercise in made.exercises:
        for nodeid, outcome in exercise.outcomes.items():
            if outcome is Outcome.NO_IMPORT and nodeid in said:
                if said[nodeid].fault == missing(exercise.topic):
                    absent.add(exercise.topic)
                break
    return absent
