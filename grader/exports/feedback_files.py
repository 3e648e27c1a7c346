"""Students' pages, as platforms take them back.

Moodle's “Upload multiple feedback files in a zip” goes by the participant's number in
the name of a folder (`is_valid_filename_for_import` in mod/assign/feedback/file/
importziplib.php of moodle/moodle). Canvas's “Upload submissions” goes by the ids of the
student and of a file handed in, in the name of a file, and shows that under the name
which the student gave it (`infer_comment_context_from_filename` in
app/models/abstract_assignment.rb of instructure/canvas-lms).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from grader.exports.feedback import Feedback
from grader.exports.grades import grade_of
from grader.exports.plain import neutralise, number
from grader.files import pack_files
from grader.identity import file_name
from grader.intake import Roster, Student, canvas, moodle
from grader.results.result import Result
from grader.scoring.outcome import Outcome
from grader.speech import _, mark
from grader.words import one_row, render, say

PAGE = "feedback.html"
AGAIN = mark(
    "grade the platform's own download into this folder again; nobody is judged twice"
)


@dataclass(frozen=True)
class Returned:
    """What one student gets back."""

    result: Result
    feedback: Feedback
    page: str
    """HTML, with all that it needs."""

    @property
    def student(self) -> str:
        """Return whose it is."""
        return self.result.student

    @property
    def file(self) -> str:
        """Return what the page is called among others."""
        return f"{file_name(self.student)}.html"


@dataclass(frozen=True)
class Packed:
    """A file for a platform, and who is not in it and why."""

    data: bytes
    count: int
    notes: Sequence[str]


def for_moodle(returned: Sequence[Returned], roster: Roster) -> Packed:
    """Return a zip with a folder for each participant."""
    files: dict[str, bytes] = {}
    notes = []
    for one in returned:
        if folder := moodle_folder(one.result, roster.find(one.student)):
            files[f"{folder}/{PAGE}"] = one.page.encode()
        else:
            notes.append(
                _(
                    "{student} has no page in it: Moodle's number of the participant "
                    "is not known. Name a --roster with moodle_id, or {advice}"
                ).format(student=one.student, advice=_(AGAIN))
            )
    return Packed(pack_files(files), len(files), notes)


def moodle_folder(result: Result, student: Student | None) -> str:
    """Return the folder of a participant's page; empty if the number is not known."""
    if moodle.ENTRY.fullmatch(result.returns_as):
        return result.returns_as
    number = student.ids.get("moodle", "") if student else ""
    known = student and number.isdecimal()
    return moodle.folder_name(student.name, number) if student and known else ""


def for_canvas(returned: Sequence[Returned]) -> Packed:
    """Return a zip with a file for each student, a page or, as was handed in, a zip."""
    files: dict[str, bytes] = {}
    notes, renamed = [], []
    for one in returned:
        name = one.result.returns_as
        if not canvas.FILE.fullmatch(name):
            notes.append(
                _(
                    "{student} has no page in it: the name of a file in Canvas is not "
                    "known, {advice}"
                ).format(student=one.student, advice=_(AGAIN))
            )
        elif PurePath(name).suffix.lower() == ".zip":
            files[name] = pack_files({PAGE: one.page.encode()})
        else:
            files[f"{PurePath(name).stem}.html"] = one.page.encode()
            renamed.append(one.student)
    if renamed:
        notes.append(
            _(
                "Canvas shows a page under the name of what was handed in, and that "
                "was no zip: tell them to save it as .html: {students}"
            ).format(students=", ".join(renamed))
        )
    return Packed(pack_files(files), len(files), notes)


def for_mail(returned: Sequence[Returned], roster: Roster) -> Packed:
    """Return a table for mail merge, with a row for each whose address is known."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["student", "name", "email", "points", "of", "summary", "file"])
    notes = []
    count = 0
    for one in returned:
        student = roster.find(one.student)
        if student is None or not student.email:
            said = (
                _("{student} has no row in it: no e-mail address is on the roster")
                if student
                else _("{student} has no row in it: the roster has no such student")
            )
            notes.append(said.format(student=one.student))
            continue
        grade = grade_of(one.result)
        texts = (one.student, student.name, student.email)
        points = (
            "" if grade.points is None else number(grade.points),
            number(grade.max),
        )
        told = ("\n".join(summary(one)), one.file)
        writer.writerow([*map(neutralise, texts), *points, *map(neutralise, told)])
        count += 1
    return Packed(stream.getvalue().encode(), count, notes)


def summary(one: Returned) -> Sequence[str]:
    """Return three lines: the points, how many exercises are done, what to look at."""
    lines = one.feedback.lines
    begun = [e for e in lines if e.outcome is not Outcome.NOT_STARTED or e.points]
    counts = say(
        "{done} of {n} exercises have all points, {left} are not started.",
        done=sum(line.full for line in lines),
        n=len(lines),
        left=len(lines) - len(begun),
    )
    advice = say("Nothing that was begun lacks a point.")
    for line in begun:
        if not line.full and line.message:
            advice = say(
                "Look first at {number} {title}: {fault}",
                number=line.number,
                title=line.title,
                fault=one_row(render(line.message.fault)),
            )
            break
    return grade_of(one.result).comment, counts.render(), advice.render()
