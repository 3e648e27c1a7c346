"""The gradebook gets what the grader gives, and keeps what people gave by hand."""

import csv
import html
import os
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from nbconvert.filters import markdown2html
from nbgrader.api import MissingEntry
from sqlalchemy import MetaData, create_engine, make_url, select, text

from grader.cli.gradebook import choose_target
from grader.nbgrader import GradebookError, StudentGrades, cell_grades_of
from grader.nbgrader.cell_grades import CellGrade, comment_on
from grader.nbgrader.export import COLUMNS, Csv
from grader.nbgrader.late import read_late_penalty
from grader.nbgrader.writer import GradebookWriter, open_gradebook
from grader.scoring.outcome import Outcome
from grader.scoring.score import ExerciseScore, Score
from grader.stubs import check_id, grade_id

COURSE, ASSIGNMENT = "d2l", "ps1"
MLP, CHAIN = "model_construction.MLP", "model_construction.chain"
PLACE = ("model_construction", ASSIGNMENT)
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def server():
    """The address of a database server, from bench/postgres.py; SQLite without one."""
    return os.environ.get("GRADEBOOK_SERVER", "")


@pytest.fixture(scope="module")
def empty(server, tmp_path_factory):
    """A new gradebook: nbgrader takes a second to make one."""
    path = tmp_path_factory.mktemp("empty") / "gradebook.db"
    url = make_database(server, "empty", "template1") or f"sqlite:///{path}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", "/usr/bin:/bin")
        with open_gradebook(url, COURSE):
            pass
    return path


@pytest.fixture
def url(server, empty, tmp_path):
    if server:
        return make_database(server, f"test_{uuid4().hex}", "empty")
    shutil.copy(empty, tmp_path / "gradebook.db")
    return f"sqlite:///{tmp_path}/gradebook.db"


def make_database(server, name, template):
    """Return the address of a new database on a server, if there is one."""
    if not server:
        return ""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    engine.dispose()
    return make_url(server).set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def book(url):
    with open_gradebook(url, COURSE) as opened:
        yield opened


@pytest.fixture
def part(syllabus):
    return syllabus.restricted({MLP, CHAIN})


def earned(student, mlp, chain, comment="", submitted_at=None):
    entries = (CellGrade(MLP, mlp, comment), CellGrade(CHAIN, chain, comment))
    return StudentGrades(student, submitted_at, entries)


def grade(book, student, exercise=MLP):
    return book.find_grade(check_id(exercise), *PLACE, student)


def comment(book, student, exercise=MLP):
    return book.find_comment(grade_id(exercise), *PLACE, student)


def test_points_and_comments_are_written(book, part):
    GradebookWriter(book, ASSIGNMENT, part).write(
        earned("ana", 0.5, 2.0, "Look again.")
    )

    submission = book.find_submission(ASSIGNMENT, "ana")
    assert (submission.score, submission.max_score) == (2.5, 3.0)
    assert (grade(book, "ana").auto_score, grade(book, "ana").score) == (0.5, 0.5)
    assert not submission.needs_manual_grade
    assert comment(book, "ana").comment == "    Look again."


def test_a_comment_is_text_where_nbgrader_shows_markdown(book, part):
    said = "It raises.\n  got  <script>x</script> [a](javascript:b)\n\n# ![c](//d)"
    GradebookWriter(book, ASSIGNMENT, part).write(earned("ana", 0.5, 2.0, said))

    shown = markdown2html(comment(book, "ana").comment)

    assert re.findall(r"<(\w+)", shown) == ["pre", "code"]
    assert html.unescape(re.sub(r"</?(pre|code)>", "", shown)).strip() == said


def test_writing_twice_changes_nothing(book, part):
    writer = GradebookWriter(book, ASSIGNMENT, part)
    writer.write(earned("ana", 0.5, 2.0))
    before = dump(book)

    GradebookWriter(book, ASSIGNMENT, part).write(earned("ana", 0.5, 2.0))

    assert dump(book) == before


def dump(book):
    """Return every row of the gradebook, by table."""
    tables = MetaData()
    tables.reflect(book.engine)
    with book.engine.connect() as connection:
        return {
            name: sorted(map(repr, connection.execute(select(table))))
            for name, table in tables.tables.items()
        }


def test_a_hundred_students_keep_what_was_given_by_hand(book, part):
    writer = GradebookWriter(book, ASSIGNMENT, part)
    students = [f"student {i}" for i in range(100)]
    for i, student in enumerate(students):
        writer.write(earned(student, i % 2, 1.0, "by the grader"))
    by_hand = {student: (i % 7) / 7 for i, student in enumerate(students)}
    for student, points in by_hand.items():
        grade(book, student).manual_score = points
        grade(book, student, CHAIN).extra_credit = 0.25
        comment(book, student).manual_comment = f"{student}: see me"
    book.db.commit()

    again = GradebookWriter(book, ASSIGNMENT, part)
    for i, student in enumerate(students):
        again.write(earned(student, (i + 1) % 2, 2.0, "by the grader, again"))

    book.db.expire_all()
    for student, points in by_hand.items():
        assert grade(book, student).manual_score == points
        assert grade(book, student).score == points
        assert grade(book, student, CHAIN).score == 2.25
        assert comment(book, student).comment == f"{student}: see me"
        assert comment(book, student).auto_comment == "    by the grader, again"


def test_a_grade_by_hand_is_looked_at_again_when_the_graders_changes(book, part):
    writer = GradebookWriter(book, ASSIGNMENT, part)
    writer.write(earned("ana", 0.5, 2.0))
    grade(book, "ana").manual_score = 1.0
    book.db.commit()

    writer.write(earned("ana", 0.5, 2.0))
    unchanged = grade(book, "ana").needs_manual_grade
    writer.write(earned("ana", 0.25, 2.0))

    assert not unchanged
    assert grade(book, "ana").needs_manual_grade


@pytest.mark.parametrize("points", [float("nan"), float("inf"), -1.0, 2.5])
def test_points_that_a_cell_cannot_have_write_nothing_of_a_student(book, part, points):
    writer = GradebookWriter(book, ASSIGNMENT, part)

    with pytest.raises(GradebookError, match=r"cannot have .* of 2 points"):
        writer.write(earned("ana", 0.5, points))

    with pytest.raises(MissingEntry):
        book.find_submission(ASSIGNMENT, "ana")


def test_an_exercise_that_came_later_finds_its_place(book, part, syllabus):
    GradebookWriter(book, ASSIGNMENT, part.restricted({MLP})).write(
        replace(earned("ana", 0.5, 0.0), entries=(CellGrade(MLP, 0.5, ""),))
    )
    grade(book, "ana").manual_score = 1.0
    book.db.commit()

    GradebookWriter(book, ASSIGNMENT, part).write(earned("ana", 0.5, 2.0))

    assert grade(book, "ana", CHAIN).auto_score == 2.0
    assert grade(book, "ana").manual_score == 1.0


def test_an_assignment_of_another_course_is_not_touched(url, book, part):
    GradebookWriter(book, ASSIGNMENT, part)

    with (
        open_gradebook(url, "another") as other,
        pytest.raises(GradebookError, match=r"belongs to course 'd2l'.*--assignment"),
    ):
        GradebookWriter(other, ASSIGNMENT, part)


def test_a_database_that_refuses_is_told_with_the_student(book, part):
    writer = GradebookWriter(book, ASSIGNMENT, part)
    book.db.execute(text("DROP TABLE comment"))
    book.db.commit()

    with pytest.raises(GradebookError, match="ana cannot be written to the gradebook"):
        writer.write(earned("ana", 0.5, 2.0))


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "sqlite:////nowhere/gradebook.db",
        "nosuchdb://ana:secret@localhost/x",
    ],
)
def test_a_gradebook_that_cannot_be_opened_is_told_without_its_password(url):
    with (
        pytest.raises(GradebookError, match="cannot be opened") as raised,
        open_gradebook(url, COURSE),
    ):
        pass

    assert "secret" not in str(raised.value)


def test_a_gradebook_is_made_without_alembic_on_the_path(book):
    (version,) = dump(book)["alembic_version"]

    assert re.fullmatch(r"\('[0-9a-f]{12}',\)", version)


HALF = """
from nbgrader.plugins import LateSubmissionPlugin

class Half(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        assert total_seconds_late == 3600
        return {penalty}
"""


@pytest.mark.parametrize(
    ("penalty", "expected"),
    [("score / 2", 1.25), ("None", None), ("99", 2.5), ("-1", 0)],
)
def test_late_submissions_get_the_penalty_of_nbgraders_plugin(
    tmp_path, book, part, penalty, expected
):
    name = f"late_{abs(hash(penalty))}"
    (tmp_path / f"{name}.py").write_text(HALF.format(penalty=penalty))
    config = tmp_path / "nbgrader_config.py"
    config.write_text(
        f"c = get_config()\nc.AssignLatePenalties.plugin_class = '{name}.Half'\n"
    )
    book.add_assignment(ASSIGNMENT, duedate="2026-05-01 11:00:00")
    writer = GradebookWriter(book, ASSIGNMENT, part, read_late_penalty(config))

    writer.write(earned("ana", 0.5, 2.0, submitted_at=NOON))
    writer.write(earned("bruno", 0.5, 2.0, submitted_at=NOON.replace(hour=11)))

    ana, bruno = (book.find_submission(ASSIGNMENT, s) for s in ("ana", "bruno"))
    assert ana.notebooks[0].late_submission_penalty == expected
    assert ana.timestamp == datetime(2026, 5, 1, 12)
    assert bruno.notebooks[0].late_submission_penalty is None


def test_without_a_plugin_what_being_late_costs_stays(book, part):
    book.add_assignment(ASSIGNMENT, duedate="2026-05-01 11:00:00")
    writer = GradebookWriter(book, ASSIGNMENT, part)
    writer.write(earned("ana", 0.5, 2.0, submitted_at=NOON))
    (notebook,) = book.find_submission(ASSIGNMENT, "ana").notebooks
    notebook.late_submission_penalty = 0.75
    book.db.commit()

    writer.write(earned("ana", 1.0, 2.0, submitted_at=NOON))

    assert notebook.late_submission_penalty == 0.75


def test_a_configuration_that_fails_is_told(tmp_path):
    config = tmp_path / "nbgrader_config.py"
    config.write_text("1 / 0")

    with pytest.raises(
        GradebookError, match=r"nbgrader_config.py .* ZeroDivisionError"
    ):
        read_late_penalty(config)


def said(fault):
    return [{"outcome": "failed"}, {"message": {"fault": fault}}]


def test_a_comment_says_the_first_thing_that_is_wrong():
    outcomes = {"a": Outcome.PASSED, "b": Outcome.FAILED, "c": Outcome.FAILED}
    exercise = ExerciseScore(MLP, 0.33, 0.0, 1.0, outcomes)
    tests = [
        {"nodeid": "a", "outcome": "passed"},
        {"nodeid": "b", "outcome": "failed", "user_properties": said("First.")},
        {"nodeid": "c", "outcome": "failed", "user_properties": said("Second.")},
        {"nodeid": "other", "outcome": "failed", "user_properties": said("Another's.")},
    ]

    assert comment_on(exercise, {"tests": tests}) == (
        "First.\n… and 1 more test does not pass."
    )


def test_full_points_need_no_comment_and_open_ones_do():
    full = ExerciseScore(MLP, 1.0, 0.0, 1.0, {"a": Outcome.PASSED})
    half = ExerciseScore(CHAIN, 1.0, 1.0, 2.0, {"b": Outcome.NO_GPU})
    tests = [
        {"nodeid": "a", "outcome": "passed"},
        {"nodeid": "b", "outcome": "skipped", "setup": {"longrepr": "no GPU here"}},
    ]

    made = cell_grades_of(Score("ana", (full, half)), {"tests": tests}, NOON)

    assert made == StudentGrades(
        "ana",
        NOON,
        (CellGrade(MLP, 1.0, ""), CellGrade(CHAIN, 1.0, "A GPU decides 1 more.")),
    )


@pytest.fixture
def export(tmp_path, book):
    def read(**options):
        Csv(to=str(tmp_path / "grades.csv"), **options).export(book)
        with open(tmp_path / "grades.csv", newline="") as stream:
            return list(csv.DictReader(stream))

    return read


def test_the_exporter_quotes_what_breaks_a_table(book, part, export):
    GradebookWriter(book, ASSIGNMENT, part).write(earned("ana", 0.5, 2.0))
    book.update_or_create_student("ana", last_name='Souza, "Jr"', first_name="=1+1")

    (row,) = export()

    assert list(row) == list(COLUMNS)
    assert (row["last_name"], row["first_name"]) == ('Souza, "Jr"', "'=1+1")
    assert (row["raw_score"], row["score"], row["max_score"]) == ("2.5", "2.5", "3.0")


def test_the_exporter_takes_off_what_being_late_costs(book, part, export):
    book.add_assignment(ASSIGNMENT, duedate="2026-05-01 11:00:00")
    writer = GradebookWriter(book, ASSIGNMENT, part, lambda *_: 2.0)
    writer.write(earned("ana", 0.5, 2.0, submitted_at=NOON))

    (row,) = export()

    assert (row["raw_score"], row["late_submission_penalty"], row["score"]) == (
        *("2.5", "2.0", "0.5"),
    )


def test_the_exporter_gives_no_zero_to_who_handed_in_nothing(book, part, export):
    GradebookWriter(book, ASSIGNMENT, part)
    book.add_student("ana")

    (row,) = export()

    assert (row["raw_score"], row["score"], row["max_score"]) == ("", "", "3.0")


@pytest.mark.parametrize("earlier", [[], [CellGrade(MLP, 1.0, "")]])
def test_the_exporter_gives_no_zero_for_what_nbgrader_refused(
    book, part, export, caplog, earlier
):
    writer = GradebookWriter(book, ASSIGNMENT, part)
    book.add_student("ana")
    book.add_submission(ASSIGNMENT, "ana", timestamp=NOON.replace(tzinfo=None))
    writer.write(StudentGrades("ana", None, tuple(earlier)))

    with caplog.at_level("WARNING", "traitlets"):
        (row,) = export()

    assert (row["raw_score"], row["score"], row["max_score"]) == ("", "", "3.0")
    assert row["timestamp"].startswith("2026-05-01 12:00")
    (said,) = caplog.messages
    assert "ana has no score in ps1: cells of model_construction.ipynb have" in said
    assert "run nbgrader autograde ps1 --student ana --force" in said


def test_the_exporter_gives_the_zero_that_was_given(book, part, export):
    writer = GradebookWriter(book, ASSIGNMENT, part)
    writer.write(earned("ana", 0.0, 0.0))
    writer.write(StudentGrades("rui", None, (CellGrade(MLP, 1.0, ""),)))
    by_hand = book.find_grade(check_id(CHAIN), *PLACE, "rui")
    by_hand.manual_score = 2.0
    book.db.commit()

    assert [row["score"] for row in export()] == ["0.0", "3.0"]


def test_the_exporter_takes_the_students_and_assignments_asked_for(book, part, export):
    for name in (ASSIGNMENT, "ps2"):
        writer = GradebookWriter(book, name, part)
        for student in ("ana", "bruno"):
            writer.write(earned(student, 0.5, 2.0))

    rows = export(student=["bruno"], assignment=["ps2"])

    assert [(row["assignment"], row["student_id"]) for row in rows] == [
        ("ps2", "bruno")
    ]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("sqlite:///g.db", "", "", None), "--gradebook needs --course"),
        (("", "d2l", "", None), "need --gradebook"),
        (("", "", "", Path("nbgrader_config.py")), "need --gradebook"),
    ],
)
def test_options_that_do_not_fit_together_are_told(options, problem):
    with pytest.raises(GradebookError, match=problem):
        choose_target(*options)


def test_without_a_gradebook_nothing_is_written():
    assert choose_target("", "", "", None) is None
