"""A roster says who a platform means, and what is amiss with it names the line."""

import pytest

from grader.intake.roster import Roster, RosterError, parse_roster, read_roster

HEADER = "student,name,email,canvas_id,moodle_id,sis_id,login,github\n"
ANA = "ana,Ana Lúcia de Souza,Ana@Example.edu,11,21,0031,asouza,ana-s\n"
BOB = "bob,Bob O'Neil,bob@example.edu,12,11,,,\n"


def parse(text):
    return Roster(list(parse_roster(text, "roster.csv")))


@pytest.fixture
def roster():
    return parse(HEADER + ANA + BOB)


@pytest.mark.parametrize(
    ("alias", "kind", "student"),
    [
        ("ana", "", "ana"),
        ("ANA", "", "ana"),
        ("ana@example.edu", "", "ana"),
        ("0031", "", "ana"),
        ("31", "", None),
        ("ana-s", "github", "ana"),
        ("ana-s", "login", None),
        ("11", "canvas", "ana"),
        ("11", "moodle", "bob"),
        ("11", "", None),
        ("Ana Lu\u0301cia  de Souza", "", "ana"),
        ("Bob ONeil", "name", "bob"),
        ("oneilbob", "sortable", "bob"),
        ("desouzaanalúcia", "sortable", "ana"),
        ("souzaanalúciade", "sortable", "ana"),
        ("analúcia", "sortable", None),
        ("", "", None),
        ("", "sis", None),
        ("", "name", None),
    ],
)
def test_a_student_is_found_by_any_id_that_is_clear(roster, alias, kind, student):
    found = roster.find(alias, kind)

    assert (found.id if found else None) == student


def test_a_name_does_not_mean_somebody_with_another_id(roster):
    homonym = (("canvas", "99"), ("name", "Bob O'Neil"))

    assert roster.owner(homonym) is None


def test_a_name_is_enough_where_the_platforms_id_is_not_known(roster):
    assert roster.owner((("sis", "99"), ("name", "Bob O'Neil"))).id == "bob"


def test_two_of_one_name_are_not_guessed_between():
    roster = parse("student,name\na,Kim Lee\nb,Kim Lee\n")

    assert roster.owner((("name", "Kim Lee"),)) is None


@pytest.mark.parametrize(
    "text",
    [
        "student;name;email\nana;Souza, Ana;a@example.edu\n",
        '\ufeffStudent,Name,Email\r\nana,"Souza, Ana",a@example.edu\r\n',
        'student,name,email\n\n,,\nana,"Souza, Ana",a@example.edu\n',
    ],
)
def test_spreadsheets_write_rosters_in_several_ways(tmp_path, text):
    (tmp_path / "roster.csv").write_text(text, encoding="utf-8", newline="")

    (student,) = read_roster(tmp_path / "roster.csv").students

    assert (student.id, student.name) == ("ana", "Souza, Ana")
    assert student.email == "a@example.edu"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "roster.csv is empty: it needs the columns student, name"),
        ("student,emial\n", "line 1: unknown column 'emial'. Is it email?"),
        ("student,points\n", "line 1: unknown column 'points'. Known: student"),
        ("name,email\n", "line 1: the column student is missing"),
        ("student,name,name\n", "line 1: the column name stands there twice"),
        ("student,name\na,b,c\n", "line 2: 3 cells for 2 columns: quote"),
        ("student,name\n,b\n", "line 2: '' is no id for a student"),
        ("student\n../x\n", "line 2: '../x' is no id for a student"),
        ("student\n.hidden\n", "line 2: '.hidden' is no id"),
        ("student\na\nb\nA\n", "line 4: student 'A' stands in line 2 too"),
        ("student,sis_id\na,1\nb,1\n", "line 3: sis_id '1' stands in line 2 too"),
        ("student,email\na,x@y\nb,X@y\n", "line 3: email 'X@y' stands in line 2"),
        ('student,name\na,"b\n', "unexpected end of data"),
    ],
)
def test_what_is_amiss_names_the_line(text, says):
    with pytest.raises(RosterError) as caught:
        parse(text)

    assert says in str(caught.value)
    assert "roster.csv" in str(caught.value)


def test_a_roster_in_another_encoding_names_the_line(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_bytes("student,name\na,b\nc,José\n".encode("latin-1"))

    with pytest.raises(RosterError, match=r"roster.csv, line 3: not UTF-8"):
        read_roster(path)


def test_what_is_no_file_or_far_too_large_is_told(tmp_path):
    with open(tmp_path / "huge.csv", "wb") as stream:
        stream.truncate(1 << 30)

    with pytest.raises(RosterError, match="more than 4,194,304 bytes"):
        read_roster(tmp_path / "huge.csv")
    with pytest.raises(RosterError, match="No such file"):
        read_roster(tmp_path / "nowhere.csv")
