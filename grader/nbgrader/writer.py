"""Write scores into nbgrader's gradebook: one writer, one transaction per student."""

from __future__ import annotations

import os
import re
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from subprocess import SubprocessError
from typing import Any

from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    InvalidEntry,
    MissingEntry,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.utils import parse_utc
from sqlalchemy.exc import SQLAlchemyError

from grader.nbgrader.cell_grades import CellGrade, GradebookError, StudentGrades
from grader.speech import _
from grader.stubs import check_id, grade_id
from grader.syllabus import Syllabus

LatePenalty = Callable[[str, float, float], float | None]
"""From student, score and seconds late to the points that are taken off, if any."""


@contextmanager
def open_gradebook(url: str, course: str) -> Iterator[Gradebook]:
    """Open a gradebook, or make one.

    Raises:
        GradebookError: it cannot be opened.
    """
    try:
        with alembic_on_path():
            book = Gradebook(url, course)
    except (SQLAlchemyError, ImportError, OSError, SubprocessError) as error:
        shown = re.sub(r"//[^/]*@", "//***@", url)
        raise GradebookError(
            "the gradebook {shown} cannot be opened: {error}",
            shown=shown,
            error=first_line(error),
        ) from error
    with book:
        yield book


@contextmanager
def alembic_on_path() -> Iterator[None]:
    """Let nbgrader find the command that it calls for a new gradebook."""
    path = os.environ.get("PATH", os.defpath)
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{path}"
    try:
        yield
    finally:
        os.environ["PATH"] = path


class GradebookWriter:
    """Writes what students earn in one assignment.

    What instructors give by hand, points and comments, stays as it is.
    """

    def __init__(
        self,
        book: Gradebook,
        assignment: str,
        syllabus: Syllabus,
        late_penalty: LatePenalty | None = None,
    ) -> None:
        """Make assignment, notebooks and cells, or take those that are there.

        Args:
            book: an open gradebook.
            assignment: the assignment's name.
            syllabus: what is graded in it.
            late_penalty: what being late costs; None leaves that as it is.

        Raises:
            GradebookError: the assignment is another course's, or cannot be written.
        """
        self.book, self.late_penalty = book, late_penalty
        with told(_("assignment {name!r}").format(name=assignment)):
            self.assignment = self.find_assignment(assignment)
            for topic in syllabus.topics:
                place = (topic.id, assignment)
                book.update_or_create_notebook(*place)
                for e in topic.exercises:
                    points = float(e.points + e.cuda_points)
                    book.update_or_create_solution_cell(grade_id(e.id), *place)
                    book.update_or_create_grade_cell(
                        check_id(e.id), *place, max_score=points, cell_type="code"
                    )
            book.db().expire_on_commit = False
            self.cells: Mapping[str, Mapping[str, BaseCell]] = {
                notebook.name: {
                    cell.name: cell
                    for cell in (*notebook.grade_cells, *notebook.solution_cells)
                }
                for notebook in self.assignment.notebooks
            }

    def find_assignment(self, name: str) -> Any:
        """Return the assignment of a name, which this course must own."""
        try:
            found = self.book.find_assignment(name)
        except MissingEntry:
            return self.book.add_assignment(name)
        if found.course_id != self.book.course_id:
            raise GradebookError(
                "assignment {name!r} belongs to course {course_id!r}, and "
                "nbgrader knows one of a name only: name another with "
                "--assignment",
                name=name,
                course_id=found.course_id,
            )
        return found

    def write(self, entries: StudentGrades) -> None:
        """Write one student's points and comments: all of them, or nothing.

        Raises:
            GradebookError: points are out of range, or the database refuses.
        """
        with told(entries.student):
            try:
                submission = self.find_submission(entries)
                notebooks = {n.name: n for n in submission.notebooks}
                for entry in entries.entries:
                    self.set_entry(notebooks[entry.topic], entry)
                self.book.db.flush()
                if self.late_penalty is not None:
                    for notebook in submission.notebooks:
                        self.set_penalty(self.late_penalty, submission, notebook)
                self.book.db.commit()
            except BaseException:
                self.book.db.rollback()
                raise

    def find_submission(self, entries: StudentGrades) -> SubmittedAssignment:
        """Return a student's submission, with a place for everything that counts."""
        db = self.book.db
        student = db.get(Student, entries.student)
        if student is None:
            student = Student(id=entries.student)
            db.add(student)
        try:
            found = self.book.find_submission(self.assignment.name, student.id)
        except MissingEntry:
            found = SubmittedAssignment(assignment=self.assignment, student=student)
            db.add(found)
        if entries.submitted_at is not None:
            found.timestamp = parse_utc(entries.submitted_at)
        mine = {notebook.notebook_id: notebook for notebook in found.notebooks}
        for notebook in self.assignment.notebooks:
            there = mine.get(notebook.id)
            if there is None:
                there = SubmittedNotebook(notebook=notebook, assignment=found)
                db.add(there)
            known = {row.cell_id for row in (*there.grades, *there.comments)}
            for cell in self.cells[notebook.name].values():
                if cell.id not in known:
                    kind = Grade if cell.type == "GradeCell" else Comment
                    db.add(kind(cell_id=cell.id, notebook=there))
        db.flush()
        return found

    def set_entry(self, notebook: SubmittedNotebook, entry: CellGrade) -> None:
        """Set an exercise's points and comment.

        Raises:
            GradebookError: a cell cannot have these points.
        """
        cells = self.cells[entry.topic]
        cell, answer = cells[check_id(entry.exercise)], cells[grade_id(entry.exercise)]
        if not 0 <= entry.points <= cell.max_score:  # NaN neither
            raise GradebookError(
                "{exercise} cannot have {points} of {max_score:g} points",
                exercise=entry.exercise,
                points=entry.points,
                max_score=cell.max_score,
            )
        grade = next(g for g in notebook.grades if g.cell_id == cell.id)
        comment = next(c for c in notebook.comments if c.cell_id == answer.id)
        changed = grade.auto_score != entry.points
        by_hand = grade.manual_score is not None
        grade.auto_score = entry.points
        grade.needs_manual_grade = by_hand and (changed or grade.needs_manual_grade)
        comment.auto_comment = as_markdown(entry.comment) or None

    def set_penalty(
        self,
        late_penalty: LatePenalty,
        submission: SubmittedAssignment,
        notebook: SubmittedNotebook,
    ) -> None:
        """Take off what being late costs, as nbgrader's own autograding does."""
        penalty = None
        late = submission.total_seconds_late
        if late > 0:
            self.book.db.refresh(notebook, ["score"])
            penalty = late_penalty(submission.student.id, notebook.score, late)
        if penalty is not None:
            penalty = min(max(penalty, 0.0), notebook.score)
        notebook.late_submission_penalty = penalty


def as_markdown(comment: str) -> str:
    """Return a comment as a block of code: feedback takes it for Markdown and HTML."""
    return textwrap.indent(comment, "    ", lambda _: True)


@contextmanager
def told(what: str) -> Iterator[None]:
    """Turn an error of the database into one that says what was to be written."""
    try:
        yield
    except (SQLAlchemyError, InvalidEntry) as error:
        raise GradebookError(
            "{what} cannot be written to the gradebook: {error}. Mend that "
            "and run the same command again",
            what=what,
            error=first_line(error),
        ) from error


def first_line(error: BaseException) -> str:
    """Return what an error says, without the statement that it came from."""
    return next(iter(str(error).splitlines()), type(error).__name__)
