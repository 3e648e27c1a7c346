"""Pages stand alone, keep to the limits, and show text of students as text."""

import re
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest

from grader.exports.feedback import make_feedback
from grader.identity import fit_id
from grader.layout import KIT
from grader.policy import Adjusted
from grader.policy.adjust import AdjustedTopic
from grader.report.class_data import ClassData
from grader.report.page_folder import ReportError
from grader.report.pages import student_page
from grader.report.site import INDEX, NOT_LOOKED, ROWS, Similar, Site
from grader.results.result import Result, Status
from grader.results.similar_pairs import SimilarPair
from grader.scoring.message import Line, Message, one_row, say
from grader.scoring.outcome import Outcome
from grader.scoring.score import ExerciseScore, Score
from grader.syllabus import read_syllabus
from grader.text import without_controls

NAME = "model_construction.MLP"
HOSTILE = '</pre><script src=//x.y>alert(1)</script><img src=x onerror="a()">'
PERSON = '"><b onmouseover=a()>\u202eعمر'


class Strict(HTMLParser):
    """Reads a page as a browser does; gathers what could act or load."""

    def __init__(self, page):
        super().__init__()
        self.text, self.acts, self.loads, self.ids, self.links = "", [], [], [], []
        self.tags = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.tags += [tag]
        self.acts += [tag] if tag in ("script", "iframe", "object", "b", "img") else []
        self.acts += [name for name in given if name.startswith("on")]
        self.loads += [given[n] for n in ("src", "data", "srcset") if n in given]
        self.loads += [given["href"]] if tag == "link" else []
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if tag == "a" else []

    def handle_data(self, data):
        self.text += data


def write_class(folder, students, message=None, **more):
    syllabus = read_syllabus(KIT.registry).restricted([NAME])
    data = ClassData(syllabus)
    similar = more.pop("similar", NOT_LOOKED)
    with Site(folder, more.pop("course", "A course")) as site:
        for i, student in enumerate(students):
            outcome = Outcome.FAILED if message else Outcome.PASSED
            points = 0.0 if message else 1.0
            tests = {"f::test_it": outcome, "f::test_gpu": Outcome.NO_GPU}
            made = ExerciseScore(NAME, points, 1.0, 2.0, tests)
            score = Score(student, (made,))
            result = Result(student, Status.GRADED, score, **more)
            said = {"f::test_it": message} if message else {}
            properties = [{"outcome": str(outcome)}]
            properties += [{"message": message.as_data()}] if message else []
            entry = {"nodeid": "f::test_it", "user_properties": properties}
            feedback = make_feedback(score, {"tests": [entry]}, syllabus)
            data.add(result, score, said)
            site.write_student(result, feedback, syllabus)
            if i == 0:
                data.add(Result("gone", Status.MISSING), None, {})
        site.write_class(data, similar)
    return folder


def pages_of(folder):
    return {
        p.relative_to(folder).as_posix(): p.read_text() for p in folder.rglob("*.html")
    }


def test_what_a_student_wrote_is_text_and_nothing_else(tmp_path):
    message = Message(HOSTILE, got=HOSTILE, cause=HOSTILE)
    look = {"model_construction": HOSTILE}
    pages = pages_of(write_class(tmp_path, [PERSON], message, look=look))
    assert set(pages) == {
        *(INDEX, "students-1.html", f"exercise/{NAME}.html", student_page(PERSON)),
    }
    for name, page in pages.items():
        read = Strict(page)
        assert read.acts == [], name
        assert read.loads == [], name
        assert "\u202e" not in re.sub("<title>.*?</title>", "", page)
    assert HOSTILE in Strict(pages[f"exercise/{NAME}.html"]).text
    assert HOSTILE in Strict(pages[student_page(PERSON)]).text
    assert HOSTILE in Strict(pages[INDEX]).text


def test_links_lead_to_pages_that_are_there(tmp_path):
    pages = pages_of(write_class(tmp_path, ["ana maria", "josé#1", "50%?"]))
    for name, page in pages.items():
        for link in Strict(page).links:
            target = (tmp_path / name).parent / unquote(urlsplit(link).path)
            assert target.resolve().is_file(), link


def test_a_students_page_says_nothing_of_others_or_of_hidden_tests(tmp_path):
    pages = pages_of(write_class(tmp_path, ["ana", "bruno"], Message("It is wrong.")))
    page = pages[student_page("ana")]
    assert "It is wrong." in page
    assert "bruno" not in page
    assert "test_it" not in page
    assert Strict(page).links == []


def test_a_students_page_tells_points_open_ones_and_what_the_course_counts(tmp_path):
    counted = Adjusted((AdjustedTopic("t", 0.9, 0.0, 1.0),), ("1 day late: −10 %",))
    pages = pages_of(write_class(tmp_path, ["ana"], adjusted=counted))
    text = " ".join(Strict(pages[student_page("ana")]).text.split())
    assert "Points: 1 of 1; 1 more stay open" in text
    assert "The course counts: 0.9 of 1 (1 day late: −10 %)" in text


def test_a_page_of_a_large_class_stays_small(tmp_path):
    names = [f"a student with a long name {i:04}" for i in range(2 * ROWS + 1)]
    pages = pages_of(write_class(tmp_path, names, Message("It is wrong.")))
    assert {n for n in pages if n.startswith("students-")} == {
        "students-1.html",
        "students-2.html",
        "students-3.html",
    }
    assert names[-1] in pages["students-3.html"]
    assert max(len(page.encode()) for page in pages.values()) < 300_000


def test_a_page_of_the_grid_stays_small_with_all_exercises(tmp_path, monkeypatch):
    monkeypatch.setattr("grader.report.site.draw_bars", lambda *_: "")
    data = ClassData(read_syllabus(KIT.registry))
    outcomes = {"f::test_it": Outcome.FAILED}
    for i in range(300):
        student = f"a student with a long name {i:04}"
        made = [ExerciseScore(e, 1.33, 0.0, 2.0, outcomes) for e in data.exercises]
        score = Score(student, tuple(made))
        data.add(Result(student, Status.GRADED, score), score, {})
    with Site(tmp_path, "A course") as site:
        site.write_class(data)
    pages = [page for name, page in pages_of(tmp_path).items() if "students-" in name]
    assert sum(page.count("1.33") for page in pages) == 300 * len(data.exercises)
    assert max(len(page.encode()) for page in pages) < 300_000


def test_a_page_has_each_id_once(tmp_path):
    for name, page in pages_of(write_class(tmp_path, ["ana"])).items():
        ids = Strict(page).ids
        assert len(ids) == len(set(ids)), name


def test_who_is_not_in_a_later_report_has_no_page_in_it(tmp_path):
    write_class(tmp_path, ["ana", "bruno"])
    pages = pages_of(write_class(tmp_path, ["ana"]))
    assert student_page("ana") in pages
    assert student_page("bruno") not in pages


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "thesis.html").write_text("mine")
    with pytest.raises(ReportError, match="holds other files"):
        write_class(tmp_path, ["ana"])
    assert (tmp_path / "thesis.html").read_text() == "mine"


def test_who_did_not_hand_in_is_named_and_has_no_link(tmp_path):
    page = Strict(pages_of(write_class(tmp_path, ["ana"]))[INDEX])
    assert "Not handed in: gone." in page.text
    assert not any("gone" in link for link in page.links)


ATTACKS = (
    "</style></script><script>a()</script>",
    "<svg/onload=a()><animate onbegin=a()>",
    "' onfocus='a()' autofocus '",
    '" onfocus="a()" autofocus "',
    "` onfocus=`a()`",
    "<meta http-equiv=refresh content='0;url=//x.y'>",
    "<base href=//x.y><form action=//x.y><input type=submit>",
    "<link rel=stylesheet href=//x.y><style>@import '//x.y'</style>",
    "javascript:a()",
    "data:text/html,<script>a()</script>",
    "//x.y/z",
    "&lt;script&gt;&#60;b&#62;",
    "{{ 7 * 7 }}{% include 'style.css' %}%(n)s{fault}%s",
    "<!--><script>a()</script>-->]]>",
    "\u202e\u2066\u200f\x1b[31m\x00",
    "..\\..%2f..%2f",
)
"""What breaks out of text, attributes, styles, links, templates or the line."""


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_value_breaks_out_of_any_page(tmp_path, attack, monkeypatch):
    """Feed an attack into every value that a page shows."""
    monkeypatch.setattr("grader.report.site.draw_bars", lambda *_: "")
    name = fit_id(attack)
    words = [say("{i} is {v}", i=i, v=attack) for i in range(4)]
    message = Message(
        say("It is {v}.", v=attack),
        call=words[0],
        expected=words[1],
        got=words[2],
        at=Line(attack, 3, attack, attack),
        cause=words[3],
        read=attack,
    )
    counted = Adjusted((AdjustedTopic(attack, 0.5, 0.0, 1.0),), (attack,))
    attempts = [
        Result(name, Status.GRADED, attempt=i, of=2, adjusted=counted) for i in (1, 2)
    ]
    pairs = [SimilarPair(attack, attack, {attack: 0.9}, f"{name}.html")]
    folder = tmp_path / "report"
    write_class(
        folder,
        [name],
        message,
        course=attack,
        look={attack: attack},
        notes=(attack,),
        marked_late=True,
        adjusted=counted,
        attempts=tuple(attempts),
        similar=Similar(tmp_path / "similar", pairs),
    )
    honest = pages_of(write_class(tmp_path / "honest", ["ana"], Message("Wrong.")))
    tags = {tag for page in honest.values() for tag in Strict(page).tags}
    tags |= {"br", "h2", "span", "th", "td", "table"}
    for path, page in pages_of(folder).items():
        read = Strict(page)
        assert read.acts == [], path
        assert read.loads == [], path
        assert set(read.tags) <= tags, path
        assert page.count("<style") == page.count("</style>") == 1
        assert page.count("Content-Security-Policy") == 1
        assert "49" not in read.text
        for link in read.links:
            target = urlsplit(link)
            assert target[:2] == ("", ""), link
            there = (folder / path).parent / unquote(target.path)
            assert there.resolve().is_relative_to(tmp_path), link
        shown = "".join(read.text.split("\n"))
        assert not set(shown) & set("\u202e\u2066\u200f\x1b\x00"), path
    student = Strict(pages_of(folder)[student_page(name)])
    visible = without_controls(one_row(attack))
    assert visible in " ".join(student.text.split())
    assert student.links == []
