"""Students' pages find the way back: by the rules of the platforms' own source."""

import csv
import io
import re
import zipfile

import pytest

from grader.exports.feedback import make_feedback
from grader.exports.feedback_files import (
    PAGE,
    Returned,
    for_canvas,
    for_mail,
    for_moodle,
)
from grader.intake import find_submissions, read_roster
from grader.intake.roster import Roster, Student
from grader.layout import KIT
from grader.policy import NO_RULES, adjust
from grader.results.result import Result, Status
from grader.scoring.message import Message
from grader.scoring.outcome import Outcome
from grader.scoring.score import ExerciseScore, Score

FIXTURES = KIT.root / "tests" / "fixtures"
MLP, CHAIN = "model_construction.MLP", "model_construction.chain"


def returned(syllabus, student, returns_as=""):
    """One of two points: an exercise is done, the other is wrong."""
    tests = {"f::a": Outcome.PASSED}, {"f::b": Outcome.FAILED}
    made = Score(
        student,
        (
            ExerciseScore(MLP, 1.0, 0.0, 1.0, tests[0]),
            ExerciseScore(CHAIN, 0.0, 0.0, 1.0, tests[1]),
        ),
    )
    message = Message("It is\x1b[31m wrong.").as_data()
    entry = {"nodeid": "f::b", "user_properties": [{"message": message}]}
    result = Result(
        student,
        Status.GRADED,
        made,
        adjusted=adjust(made, None, NO_RULES, student),
        returns_as=returns_as,
    )
    feedback = make_feedback(made, {"tests": [entry]}, syllabus)
    return Returned(result, feedback, f"<p>{student}</p>")


def handed_in(syllabus, platform):
    return [
        returned(syllabus, origin.student, origin.returns_as)
        for origin in find_submissions(FIXTURES / platform, platform).origins
        if not origin.problem
    ]


def unpack(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def as_moodle_reads(path):
    """`is_valid_filename_for_import`: participant, plugin, name of the file."""
    parts = path.split("/")
    while parts:
        info = parts.pop(0).split("_", 4)
        if len(info) >= 4 and info[1].isdecimal():
            rest = "/".join([*info[4:], *parts])
            return int(info[1]), f"{info[2]}_{info[3]}", rest.lstrip("/")
    return None


def as_canvas_reads(name):
    """`infer_comment_context_from_filename`: the student and a file handed in."""
    parts = name.split("_")
    if "anon" in parts:
        at = parts.index("anon")
        return tuple(parts[at + 1 : at + 3])
    return tuple([part for part in parts if re.fullmatch(r"\d+", part)][:2])


@pytest.mark.parametrize("platform", ["moodle", "moodle_flat"])
def test_moodle_finds_participant_and_place_of_each_page(syllabus, platform):
    given = [
        returned(syllabus, origin.student, origin.returns_as)
        for origin in find_submissions(FIXTURES / platform, "moodle").origins
        if not origin.problem
    ]
    packed = for_moodle(given, Roster())
    numbers = {as_moodle_reads(name)[0] for name in unpack(packed.data)}
    expected = {
        "moodle": {7001, 7002, 7003, 7004, 7006},
        "moodle_flat": {7001, 7002, 7042},
    }
    assert numbers == expected[platform]
    assert {as_moodle_reads(name)[1:] for name in unpack(packed.data)} == {
        ("assignsubmission_file", PAGE)
    }
    unknown = [one.student for one in given if not one.result.returns_as]
    assert unknown == (["Grupo predefinido"] if platform == "moodle_flat" else [])
    assert [note.split(" has no page")[0] for note in packed.notes] == unknown


def test_a_roster_tells_moodle_whose_a_page_is(syllabus):
    roster = read_roster(FIXTURES / "roster.csv")
    odd = Student("odd", "under_score/slash", ids={"moodle": "8"})
    roster = Roster([*roster.students, odd])
    given = [returned(syllabus, n) for n in ("ana-souza", "odd", "lucia-pena", "eve")]
    packed = for_moodle(given, roster)
    read = {as_moodle_reads(n)[0]: p for n, p in unpack(packed.data).items()}
    assert read == {7001: b"<p>ana-souza</p>", 8: b"<p>odd</p>"}
    assert packed.count == 2
    assert all("--roster with moodle_id" in note for note in packed.notes)
    assert [note.split()[0] for note in packed.notes] == ["lucia-pena", "eve"]


def test_canvas_finds_student_and_file_of_each_page(syllabus):
    given = [*handed_in(syllabus, "canvas"), returned(syllabus, "eve")]
    packed = for_canvas(given)
    files = unpack(packed.data)
    assert {as_canvas_reads(name) for name in files} == {
        ("1001", "9010"),
        ("1002", "9011"),
        ("1003", "9004"),
        ("1004", "9005"),
        ("1099", "9006"),
    }
    zipped = files["obrienconor_LATE_1002_9011_handin-1.zip"]
    assert unpack(zipped) == {PAGE: b"<p>obrienconor_1002</p>"}
    page = files["zhangwei_1099_9006_model_construction.html"]
    assert page == b"<p>zhangwei_1099</p>"
    first, second = packed.notes
    assert first.startswith("eve has no page in it")
    assert "save it as .html" in second
    assert "zhangwei_1099" in second
    assert "obrienconor" not in second


def test_canvas_finds_who_is_anonymous(syllabus):
    one = returned(syllabus, "anon_x1", "anon_x1_93_work.zip")
    (name,) = unpack(for_canvas([one]).data)
    assert as_canvas_reads(name) == ("x1", "93")


def test_mail_has_a_row_for_each_address_and_no_formula(syllabus):
    roster = Roster([Student("ana", '=HYPERLINK("x")', "a@x.org"), Student("rui")])
    given = [returned(syllabus, name) for name in ("ana", "rui", "eve")]
    packed = for_mail(given, roster)
    rows = list(csv.DictReader(io.StringIO(packed.data.decode())))
    (row,) = rows
    assert (row["email"], row["points"], row["of"]) == ("a@x.org", "1", "2")
    assert row["name"] == '\'=HYPERLINK("x")'
    assert row["file"] == "ana.html"
    assert row["summary"].splitlines() == [
        "Points: 1 of 2 (model_construction 1/2)",
        "1 of 2 exercises have all points, 0 are not started.",
        f"Look first at {syllabus.numbers[CHAIN]} {syllabus.exercises[CHAIN].title}: "
        "It is wrong.",
    ]
    assert [note.split()[0] for note in packed.notes] == ["rui", "eve"]
