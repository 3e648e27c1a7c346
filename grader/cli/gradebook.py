"""What grade writes into nbgrader's gradebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.cli.screen import print_plain, progress_bar
from grader.intake import SubmissionSource
from grader.nbgrader import GradebookError, cell_grades_of
from grader.results.output import OutputFolder, report_name
from grader.results.result import Result
from grader.speech import _, several
from grader.syllabus import Syllabus


@dataclass(frozen=True)
class Target:
    """The gradebook to write to."""

    url: str
    course: str
    assignment: str
    config: Path | None


def choose_target(
    url: str, course: str, assignment: str, config: Path | None
) -> Target | None:
    """Return the gradebook that the options name, if they name one.

    Raises:
        GradebookError: the course is missing, or there is no gradebook.
    """
    if not url:
        if course or config:
            raise GradebookError("--course and --nbgrader-config need --gradebook")
        return None
    if not course:
        raise GradebookError(
            "--gradebook needs --course, the course's name in nbgrader_config.py"
        )
    return Target(url, course, assignment, config)


def fill_gradebook(
    target: Target | None,
    results: Sequence[Result],
    output: OutputFolder,
    syllabus: Syllabus,
    origins: Sequence[SubmissionSource],
) -> None:
    """Write the scores of all that were graded; others keep what they have.

    Args:
        target: where to; nothing is written for None.
        results: of the class.
        output: the folder with their reports.
        syllabus: what they were graded in.
        origins: what was handed in, and when.

    Raises:
        GradebookError: the gradebook refuses them.
    """
    if target is None:
        return
    try:
        from grader.nbgrader.late import read_late_penalty
        from grader.nbgrader.writer import GradebookWriter, open_gradebook
    except ImportError as error:
        raise GradebookError(
            "--gradebook needs nbgrader ({error}): pip install -e '.[instructor]'",
            error=error,
        ) from error
    penalty = read_late_penalty(target.config)
    times = {origin.student: origin.submitted_at for origin in origins}
    written = 0
    with (
        open_gradebook(target.url, target.course) as book,
        progress_bar(_("Gradebook")) as bar,
    ):
        writer = GradebookWriter(book, target.assignment, syllabus, penalty)
        for result in bar.track(results):
            report = output.read_report(report_name(result.student))
            if result.score is not None and report is not None:
                time = times[result.student]
                writer.write(cell_grades_of(result.score, report, time))
                written += 1
    said = several(
        "{assignment} of {n} student written to the gradebook",
        "{assignment} of {n} students written to the gradebook",
        written,
        assignment=target.assignment,
    )
    print_plain(said)
