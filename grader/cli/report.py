"""The verb report: pages of a class for its teacher, and a page for each student."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.audit.verify import read_scores
from grader.class_run.run import read_manifest
from grader.class_run.seeds import read_secret
from grader.cli.screen import print_plain, progress_bar
from grader.errors import GraderError
from grader.exports.feedback import make_feedback
from grader.exports.results import to_results
from grader.layout import find_course
from grader.results.output import OutputFolder, report_name
from grader.scoring.message import Message, render
from grader.scoring.outcome import Outcome
from grader.scoring.report import messages_of
from grader.scoring.score import Score, score
from grader.syllabus import read_syllabus

INSTALL = (
    "python -m pip install --constraint constraints.txt --editable '.[instructor]'"
)


class MissingReportError(GraderError):
    """A report cannot be read, or a package is missing."""


def report(
    results: Annotated[Path, typer.Argument(help="Folder that grade wrote.")],
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the pages.", show_default="report/ in that folder"
        ),
    ] = None,
) -> None:
    """Write pages on a class: what to look at, slips by name, how exercises did.

    They need no network and no server. A student's page says nothing of others.
    """
    try:
        from grader.report.class_data import ClassData
        from grader.report.site import INDEX, Site
    except ModuleNotFoundError as error:
        raise MissingReportError(f"{error.name} is not installed: {INSTALL}") from error

    layout = find_course()
    output = OutputFolder(results, read_secret(layout.secret))
    scores = read_scores(output)
    syllabus = read_syllabus(layout.registry).restricted(scores["exercises"])
    manifest = read_manifest(output)
    if manifest is None:
        raise MissingReportError(
            f"{results / 'manifest.json'} is missing or was changed: grade the class "
            "again; what is unchanged is kept"
        )
    known = manifest.only(syllabus.exercises)
    data = ClassData(syllabus)
    with Site(out or results / "report", syllabus.course.title) as site:
        found = to_results(scores)
        with progress_bar("Students") as bar:
            task = bar.add_task("", total=len(found))
            for result in found:
                made, said, feedback = None, {}, None
                if result.score is not None:
                    name = report_name(result.student)
                    read = output.read_report(name)
                    if read is None:
                        raise MissingReportError(
                            f"{results / name} is missing or was changed: grade the "
                            "class again; what is unchanged is kept"
                        )
                    made = score(result.student, read, known, syllabus)
                    said = messages_of(read)
                    feedback = make_feedback(made, read, syllabus)
                data.add(result, made, said, absent_topics(made, said))
                site.write_student(result, feedback, data)
                bar.advance(task)
        site.write_class(data)
        print_plain(f"{site.folder / INDEX} written")


def absent_topics(made: Score | None, said: dict[str, Message]) -> set[str]:
    """Return the topics of which a student has no file."""
    if made is None:
        return set()
    absent = set()
    for exercise in made.exercises:
        for nodeid, outcome in exercise.outcomes.items():
            if outcome is Outcome.NO_IMPORT and nodeid in said:
                if render(said[nodeid].fault) == f"{exercise.topic}.py is missing.":
                    absent.add(exercise.topic)
                break
    return absent
