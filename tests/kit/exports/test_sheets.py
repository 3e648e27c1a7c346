"""Sheets of Canvas and Moodle: filled by the right person's row, else as they were."""

import csv
import io
import tomllib
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.exports import canvas, moodle
from grader.exports.grades import Grade, grade_of
from grader.exports.people import match
from grader.exports.plain import ExportError, neutralise, neutralise_cell, to_number
from grader.exports.results import to_data, to_results
from grader.exports.sheet import BOM, read_sheet
from grader.exports.table import to_csv
from grader.layout import KIT
from grader.policy import NO_RULES, Policy, adjust
from grader.policy.course import OpenPoints
from grader.results.result import Result, Status
from grader.scoring.score import ExerciseScore, Score

SHEETS = KIT.root / "tests" / "fixtures" / "sheets"
CANVAS = (SHEETS / "canvas.csv").read_text(encoding="utf-8")


def grade(student, points, most=20.0):
    return Grade(student, points, most, f"Points: {points}")


def sheet(text):
    return read_sheet(text.encode(), "sheet.csv")


def table(filled):
    delimiter = ";" if filled.text.count(";") > filled.text.count(",") else ","
    text = filled.text.removeprefix(BOM)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def fill_canvas(*grades, text=CANVAS, column="4711", most=None):
    return canvas.fill(sheet(text), grades, column, most)


# People


@pytest.mark.parametrize("student", ["101", "s-1", "ana@x.org", "Ana Souza"])
def test_canvas_people_are_found_by_id_sis_id_login_or_name(student):
    filled = fill_canvas(grade(student, 15.25))

    assert table(filled)[3][5] == "15.25"
    assert filled.grades == 1


def test_names_with_quotes_accents_and_commas_survive():
    filled = fill_canvas(grade("lucia-peña", 20.0))

    rows = table(filled)
    assert rows[4][0] == 'Peña, Lucía "Lu"'
    assert rows[4][3:] == ["lucia-peña", "A", "20", "-", "60"]
    assert rows[3][4] == "Mon, 9:00"


def test_the_stronger_key_decides():
    rows = {
        0: [["7"], ["ana"]],
        1: [["ana"], ["rui"]],
    }

    assert match(["ana"], rows).student_of == {1: "ana"}


def test_a_row_that_is_taken_is_nobody_elses():
    rows = {0: [["7"], ["ana"]]}

    assert match(["ana", "7"], rows).student_of == {0: "7"}


@pytest.mark.parametrize(
    ("students", "names", "said"),
    [
        (["Ana Souza"], ["Ana Souza", "Souza, Ana"], "Ana Souza fits 2 rows"),
        (["ana-souza", "Ana Souza"], ["Ana Souza"], "ana-souza and Ana Souza fit one"),
    ],
)
def test_who_is_not_clear_is_told_and_not_filled(students, names, said):
    rows = {i: [canvas.spellings(name)] for i, name in enumerate(names)}

    found = match(students, rows)

    assert found.student_of == {}
    assert len(found.notes) == 1
    assert found.notes[0].startswith(said)


def test_empty_keys_are_nobodys():
    assert match([""], {0: [[""], ["Ana"]]}).student_of == {}


def test_whoever_is_not_matched_is_listed():
    filled = fill_canvas(grade("rui", 3.0), grade("joao", None), most=20.0)

    assert filled.notes == (
        "joao has no score (Points: None): left as it is",
        "rui has a result, but no row in the sheet",
        "Souza, Ana has a row in the sheet, but no result",
        'Peña, Lucía "Lu" has a row in the sheet, but no result',
        "=cmd|' /C calc'!A0, Eve has a row in the sheet, but no result",
        "Student, Test has a row in the sheet, but no result",
    )
    assert len(table(filled)) == 8


# What is filled in


def test_all_but_the_column_stays_as_it_was():
    before = list(csv.reader(io.StringIO(CANVAS)))

    after = table(fill_canvas(grade("101", 3.0), grade("104", 0.0)))

    changed = {
        (i, j)
        for i, (old, new) in enumerate(zip(before, after, strict=True))
        for j in range(8)
        if old[j] != new[j]
    }
    assert changed == {(3, 5), (6, 5), (5, 0)}
    assert after[5][0] == "'=cmd|' /C calc'!A0, Eve"


def test_an_excused_student_stays_excused():
    filled = fill_canvas(grade("eve", 20.0))

    assert table(filled)[5][5] == "EX"
    assert filled.notes[0] == "eve is excused in the sheet: left so"


@pytest.mark.parametrize("column", ["4711", "Layers", "Layers (4711)"])
def test_an_assignment_is_named_by_id_title_or_both(column):
    filled = fill_canvas(grade("101", 3.0), column=column)

    assert table(filled)[3][5] == "3"


@pytest.mark.parametrize(
    ("column", "says"),
    [
        ("", r"has several columns of an assignment.* Layers \(4711\); Quiz \(12\)$"),
        ("Lay", "has no column of 'Lay'"),
        ("Current Score", "has no column of 'Current Score'"),
    ],
)
def test_a_column_that_is_not_clear_is_asked_for(column, says):
    with pytest.raises(ExportError, match=says):
        fill_canvas(grade("101", 3.0), column=column)


def test_a_column_that_canvas_computes_is_no_assignment():
    text = CANVAS.replace("20.00,10.00", "20.00,(read only)")

    filled = fill_canvas(grade("101", 3.0), text=text, column="")

    assert table(filled)[3][5] == "3"


def test_the_only_assignment_need_not_be_named():
    text = CANVAS.replace(",Quiz (12)", ",Final Grade").replace("10.00", "")

    filled = fill_canvas(grade("101", 3.0), text=text, column="")

    assert table(filled)[3][5] == "3"


def test_another_maximum_is_refused_until_it_is_scaled():
    with pytest.raises(ExportError, match=r"out of 20, .* of 80: add --out-of 20"):
        fill_canvas(grade("101", 60.0, 80.0))

    assert table(fill_canvas(grade("101", 61.0, 80.0), most=20.0))[3][5] == "15.25"


def test_more_than_the_maximum_is_cut_and_told():
    filled = fill_canvas(grade("101", 22.5))

    assert table(filled)[3][5] == "20"
    assert filled.notes[0].startswith("101 has 22.5 of 20: the maximum is filled in")


def test_semicolons_line_ends_and_the_mark_of_excel_stay():
    german = CANVAS.replace(",", ";").replace("20.00", "20,00")
    text = BOM + german.replace("\n", "\r\n")

    filled = fill_canvas(grade("102", 3.5), text=text)

    assert filled.text.startswith(f"{BOM}Student;ID;")
    assert filled.text.count("\r\n") == 8
    assert table(filled)[4][5] == "3.5"


def test_last_and_first_name_in_two_columns():
    text = (
        "LastName,FirstName,ID,SIS Login ID,Section,Layers (1)\n"
        "Points Possible,,,,,20\nSouza,Ana,9,x,A,\n"
    )

    filled = fill_canvas(grade("Ana Souza", 3.0), text=text, column="")

    assert table(filled)[2][5] == "3"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"Name,Grade\nAna,1\n", "is not a gradebook export of Canvas"),
        (b"", "is empty"),
        (b"Student,ID,Section\nJos\xe9,1,A\n", "is not UTF-8 text"),
        ("Student,ID,Section\n".encode("utf-16"), "is not UTF-8 text"),
        (b'Student,ID,Section\n"x"y,1,A\n', "is no table"),
    ],
)
def test_what_is_no_sheet_is_told(data, says):
    with pytest.raises(ExportError, match=f"sheet.csv {says}"):
        canvas.fill(read_sheet(data, "sheet.csv"), [], "", None)


# Moodle

ENGLISH = (SHEETS / "moodle-en.csv").read_text(encoding="utf-8")
PORTUGUESE = (SHEETS / "moodle-pt.csv").read_text(encoding="utf-8")
GERMAN = (SHEETS / "moodle-de.csv").read_text(encoding="utf-8")
SPANISH = (SHEETS / "moodle-es.csv").read_text(encoding="utf-8")


def fill_moodle(text, *grades, column="", most=None):
    return moodle.fill(sheet(text), grades, column, most)


@pytest.mark.parametrize("text", [ENGLISH, PORTUGUESE, GERMAN, SPANISH])
@pytest.mark.parametrize("student", ["501", "Ana Souza"])
def test_a_worksheet_is_filled_in_its_own_language(text, student):
    filled = fill_moodle(text, grade(student, 12.5))

    header, row, *_ = table(filled)
    words = moodle.read_words()
    places = [next(i for i, h in enumerate(header) if h.casefold() in names)
              for names in map(words.get, ("grade", "feedback"))]  # fmt: skip
    assert [row[place] for place in places] == ["12.5", "Points: 12.5"]
    assert header == table(fill_moodle(text))[0]


def test_every_language_has_words_for_every_column():
    file = resources.files("grader.exports") / "moodle.toml"
    languages = tomllib.loads(file.read_text(encoding="utf-8"))

    assert len({frozenset(words) for words in languages.values()}) == 1
    assert all(names for words in languages.values() for names in words.values())


@pytest.mark.parametrize("student", ["Participant 501", "n-1", "ana@x.org"])
def test_moodle_people_are_found_by_number_id_or_mail(student):
    assert table(fill_moodle(ENGLISH, grade(student, 12.5)))[1][5] == "12.5"


def test_a_column_of_an_unknown_language_is_named_by_an_option():
    text = ENGLISH.replace(",Grade,", ",Poäng,")

    with pytest.raises(ExportError, match=r"name it with --column.*Poäng"):
        fill_moodle(text, grade("501", 1.0))
    assert table(fill_moodle(text, grade("501", 1.0), column="Poäng"))[1][5] == "1"


def test_a_persons_comment_is_left_and_an_own_one_replaced():
    filled = fill_moodle(ENGLISH, grade("502", 5.0), grade("503", 6.0))

    assert [row[9] for row in table(filled)[2:]] == ["Well done", "Points: 6.0"]
    assert "502 has another comment in the sheet: left as it is" in filled.notes


def test_moodle_refuses_more_than_the_maximum_so_it_is_cut_and_told():
    filled = fill_moodle(ENGLISH, grade("501", 20.5))

    assert table(filled)[1][5] == "20"
    assert any(note.startswith("501 has 20.5 of 20") for note in filled.notes)


def test_another_maximum_of_moodle_is_refused():
    with pytest.raises(ExportError, match="counts out of 20, these grades out of 80"):
        fill_moodle(ENGLISH, grade("501", 60.0, 80.0))


def test_a_worksheet_without_comments_is_filled_and_that_is_said():
    text = ENGLISH.replace(",Feedback comments", ",Anything")

    filled = fill_moodle(text, grade("501", 1.0))

    assert table(filled)[1][5] == "1"
    assert filled.notes[0].startswith("no column for comments is known")


def test_a_bonus_above_the_maximum_is_cut_and_the_comment_says_so():
    filled = moodle.to_import([grade("ana", 22.5)])

    (row,) = csv.DictReader(io.StringIO(filled.text))
    assert row["grade"] == "20"
    assert row["feedback"].endswith("; no more than 20 counts here")


def test_a_table_to_import_has_every_student_and_no_formula():
    grades = [grade("=1+1", 3.0), grade("rui", None), grade("a", 25.0)]

    filled = moodle.to_import(grades)

    assert [row[:2] for row in table(filled)] == [
        ["student", "grade"],
        ["'=1+1", "3"],
        ["rui", ""],
        ["a", "20"],
    ]
    assert filled.grades == 2
    assert [note.split()[0] for note in filled.notes] == ["rui", "a"]


# Cells


@pytest.mark.parametrize(
    "cell", ["12", "-1.5", "+3,5", "-", "1.000,00", "95%", "Ana", "", " =x"]
)
def test_numbers_and_plain_text_stay(cell):
    assert neutralise_cell(cell) == cell


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "=1+1",
            "+cmd",
            "-2+3",
            "@SUM(A1)",
            "\t=x",
            "\r=x",
            "\n=x",
            "--1",
            "-1-1",
            "+",
        ),
        *("\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20SUM(A1)", "\ufe661", "\ufe621"),
    ],
)
def test_a_formula_is_neutralised(cell):
    assert neutralise_cell(cell) == f"'{cell}"


@pytest.mark.parametrize("behind", [";", "\t", "\r", "\n", "\r\n"])
@pytest.mark.parametrize("sign", "=+-@\uff1d")
def test_no_part_of_a_text_is_a_formula_where_other_signs_part_cells(behind, sign):
    text = neutralise(f"Ana{behind}{sign}HYPERLINK(A1)")

    assert text == f"Ana{behind}'{sign}HYPERLINK(A1)"
    assert neutralise(text) == text


def test_a_comment_is_no_html_and_no_formula_in_moodle():
    given = Grade("Ana", 1.0, 2.0, "Points: 1 of 2; needs a look: x;=1+1 <img src=//e>")
    said = "Points: 1 of 2; needs a look: x;'=1+1 &lt;img src=//e&gt;"

    assert said in moodle.to_import([given]).text
    worksheet = sheet("Full name,Grade,Feedback comments\nAna,,\n")
    assert said in moodle.fill(worksheet, [given]).text


@pytest.mark.parametrize(
    ("cell", "value"),
    [("20.00", 20), ("20,00", 20), ("1.000,50", 1000.5), ("(no)", None), ("", None)],
)
def test_numbers_are_read_with_point_or_comma(cell, value):
    assert to_number(cell) == value


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@given(st.lists(st.tuples(names, names), max_size=4), st.sampled_from(",;"))
def test_any_sheet_is_given_back_as_it_was_but_for_formulas(rows, delimiter):
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter)
    writer.writerows([["Student", "ID"], *rows])

    read = read_sheet(stream.getvalue().encode(), "s.csv")
    again = read_sheet(read.to_text().encode(), "s.csv")

    expected = [tuple(map(neutralise_cell, row)) for row in rows]
    assert list(again.rows) == expected


# Scores


def result(points=3.0, policy=NO_RULES):
    exercises = (
        ExerciseScore("parameters.A", points, 0.0, 4.0, {}),
        ExerciseScore("use_gpu.B", 1.0, 2.0, 3.0, {}),
    )
    score = Score("ana", exercises)
    adjusted = adjust(score, None, policy, "ana")
    return Result("ana", Status.GRADED, score, notes=("a note",), adjusted=adjusted)


def test_what_nobody_could_be_judged_on_does_not_count_where_there_are_no_rules():
    assert grade_of(result()) == Grade(
        "ana",
        4.0,
        5.0,
        "Points: 4 of 5 (parameters 3/4, use_gpu 1/1); 2 points for a GPU do not count",
    )


def test_points_that_stay_open_are_told():
    made = grade_of(result(policy=Policy(open=OpenPoints.OPEN)))

    assert (made.points, made.max) == (4.0, 7.0)
    assert made.comment == (
        "Points: 4 of 7, 2 open for want of a GPU (parameters 3/4, use_gpu 1/3)"
    )


def test_a_grade_is_what_the_course_counts_and_says_why():
    made = grade_of(result(policy=Policy(open=OpenPoints.FULL)))

    assert (made.points, made.max) == (6.0, 7.0)
    assert made.comment == (
        "Points: 6 of 7 (parameters 3/4, use_gpu 3/3); 2 points for a GPU count in full"
    )


def test_a_submission_without_a_score_is_no_zero():
    lost = Result("rui", Status.NOT_GRADED, reason="broken")

    assert grade_of(lost).out_of(20).points is None
    assert grade_of(lost).comment == "not graded: broken"


@pytest.mark.parametrize("policy", [NO_RULES, Policy(open=OpenPoints.FULL)])
def test_scores_are_read_back_as_they_were_written(policy, syllabus):
    lost = Result("rui", Status.NOT_GRADED, reason="broken")
    results = [result(policy=policy), lost]

    again = to_results(to_data(results, syllabus, {}, policy))

    assert again == results
    assert to_csv(again, syllabus) == to_csv(results, syllabus)
