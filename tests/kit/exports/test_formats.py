"""Results for platforms keep to each format's own rules, and tell no secret."""

import base64
import json
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import jsonschema
import junitparser
import pytest
import xmlschema

from grader.exports import classroom50, formats, github, gradescope, junit
from grader.exports.feedback import Feedback, Line, make_feedback
from grader.exports.plain import ExportError
from grader.layout import KIT
from grader.scoring.message import Line as CodeLine
from grader.scoring.message import Message
from grader.scoring.outcome import Outcome
from grader.scoring.score import ExerciseScore, Score

SCHEMAS = KIT.root / "tests" / "fixtures" / "schemas"
RUNNER = {
    "CLASSROOM": "d2l",
    "ASSIGNMENT": "layers",
    "OWNER": "ana",
    "SUBMISSION_TAG": "submit/2026-06-01T14-32-05Z-a1b2c3d",
    "COMMIT_URL": "https://example.org/commit/a1b2c3d",
    "RELEASE_URL": "https://example.org/releases/1",
}
HOSTILE = "]]>\x1b[2J\x00</pre>\u202e::set-output name=score::100\ud800\n```\r##[error]"
AT = CodeLine("model_construction.py", 12, "forward", "raise ValueError")
MESSAGE = Message("MLP is wrong.", got="ValueError: 100% <b>&amp;", at=AT)


def line(name="MLP", points=1.0, most=1.0, **more):
    values = {
        "number": "1.1",
        "title": "A title: with, signs",
        "open": 0.0,
        "outcome": Outcome.PASSED if points == most else Outcome.FAILED,
        "message": None if points == most else MESSAGE,
        "seconds": 0.1234,
    }
    values |= {"points": points, "max": most, **more}
    return Line(f"model_construction.{name}", **values)


def not_started(name):
    return line(
        name, 0.0, 3.0, message=Message("Not started."), outcome=Outcome.NOT_STARTED
    )


MIXED = Feedback(
    "ana",
    (
        line(),
        line("chain", 0.67, 2.0),
        not_started("Residual"),
        line("Gpu", 1.0, 3.0, open=2.0, outcome=Outcome.PASSED, message=None),
        line("OnlyGpu", 0.0, 2.0, open=2.0, outcome=Outcome.NO_GPU, message=None),
    ),
)
FULL = Feedback("ana", (MIXED.lines[0], MIXED.lines[3], MIXED.lines[4]))
NOTHING = Feedback("ana", (not_started("MLP"), line("chain", 0.0, 2.0)))
FEEDBACKS = [MIXED, FULL, NOTHING, Feedback("ana", ())]


def read(text):
    """Parse strict JSON: NaN and Infinity are none."""

    def refuse(constant):
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(text, parse_constant=refuse)


def check(schema, data):
    rules = json.loads((SCHEMAS / schema).read_text())
    jsonschema.Draft202012Validator.check_schema(rules)
    jsonschema.Draft202012Validator(rules).validate(data)


# What a student may see


@pytest.fixture
def graded(syllabus):
    """A score and its report, full of what a student must not see."""
    names = ["test_hidden_one", "test_hidden_two", "test_hidden_gpu"]
    nodeids = [f"tests/hidden/model_construction/test_MLP.py::{name}" for name in names]
    outcomes = [Outcome.PASSED, Outcome.FAILED, Outcome.NO_GPU]
    exercise = ExerciseScore(
        "model_construction.MLP",
        1.0,
        0.5,
        2.0,
        dict(zip(nodeids, outcomes, strict=True)),
    )
    tests = [
        {"nodeid": nodeids[0], "outcome": "passed", "call": {"duration": 1.0}},
        {
            "nodeid": nodeids[1],
            "outcome": "failed",
            "setup": {"duration": 0.25},
            "user_properties": [
                {"outcome": "failed"},
                {"message": {"fault": HOSTILE}},
            ],
            "call": {
                "duration": 0.5,
                "longrepr": HOSTILE,
                "traceback": [{"path": "tests/hidden/x.py"}],
            },
        },
        {
            "nodeid": nodeids[2],
            "outcome": "skipped",
            "setup": {"duration": 0.0, "longrepr": "tests/hidden/skip.py"},
        },
    ]
    report = {"tests": tests, "environment": {"seed": "5eed", "suite": "5u17e"}}
    return Score("ana\x07\ud800", (exercise,)), report


def test_feedback_holds_points_time_and_the_first_message(graded, syllabus):
    (made,) = make_feedback(*graded, syllabus).lines

    assert (made.points, made.open, made.max, made.reachable) == (1.0, 0.5, 2.0, 1.5)
    assert (made.number, made.outcome, made.seconds) == ("1.1", Outcome.FAILED, 1.75)
    assert "set-output" in made.text


@pytest.mark.parametrize("name", formats.NAMES)
def test_no_format_tells_hidden_names_seeds_or_control_signs(graded, syllabus, name):
    form = formats.find_format(name, RUNNER)

    text = form.to_text(make_feedback(*graded, syllabus))

    if name == "github":
        text += base64.b64decode(re.search("result=(.*)", text)[1]).decode()
    text += json.dumps(read(text)) if form.suffix == ".json" else ""
    for secret in (
        "test_hidden",
        "hidden/",
        "5eed",
        "5u17e",
        "\x1b",
        "\x00",
        "\u202e",
        "\\u001b",
    ):
        assert secret not in text
    text.encode()


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.NOT_STARTED])
def test_a_skipped_test_says_nothing(graded, syllabus, outcome):
    score, report = graded
    del report["tests"][1]["user_properties"][1]

    (made,) = make_feedback(score, report, syllabus).lines

    assert made.message is None


@pytest.mark.parametrize(
    ("message", "place"),
    [
        (MESSAGE, 12),
        (replace(MESSAGE, at=replace(AT, file="other.py")), None),
        (Message("Off.", got="  at        model_construction.py, line 12"), None),
        (Message("It is wrong."), None),
    ],
)
def test_only_a_line_of_the_students_file_is_marked(message, place):
    assert line(points=0.0, message=message).place == place


def test_an_unknown_format_is_told_with_those_that_there_are():
    with pytest.raises(ExportError, match="no format is called 'gradescop': gradesc"):
        formats.find_format("gradescop", {})


# Gradescope


@pytest.mark.parametrize("feedback", FEEDBACKS)
def test_gradescope_results_keep_the_rules(feedback):
    data = read(gradescope.to_results(feedback))

    check("gradescope.json", data)
    assert data["score"] == pytest.approx(sum(t["score"] for t in data["tests"]))
    assert all(t["score"] <= t["max_score"] for t in data["tests"])


def test_gradescope_results_say_what_passes_and_what_is_open():
    data = read(gradescope.to_results(MIXED))

    assert [t["max_score"] for t in data["tests"]] == [1, 2, 3, 1, 0]
    assert [t["status"] for t in data["tests"]] == [
        *("passed", "failed", "failed"),
        *("passed", "passed"),
    ]
    assert data["tests"][3]["output"] == "2 points are open: there is no GPU here."
    assert data["tests"][1]["output"] == MESSAGE.render()
    assert data["output"] == "2.67 of 7 points, 4 open (no GPU here)."


def test_an_unfinished_run_says_so_and_keeps_the_rules():
    data = read(gradescope.unfinished())

    check("gradescope.json", data)
    assert "did not finish" in data["output"]


@pytest.mark.parametrize("name", formats.NAMES)
def test_what_could_not_be_graded_is_told_with_its_reason_and_no_points(name):
    form = formats.find_format(name, RUNNER)

    text = form.to_refusal("<it> holds 100 %\nof nothing.")

    if name == "gradescope":
        check("gradescope.json", read(text))
        assert "Not graded: <it> holds 100 %" in read(text)["output"]
    elif name == "junit":
        xmlschema.XMLSchema(SCHEMAS / "junit.xsd").validate(text)
    elif text:
        assert "Not graded" in text
        assert "<it>" not in text or "%0A" in text
    else:
        assert name in ("github", "classroom50")


# GitHub Actions


def outputs(text):
    return dict(entry.split("=", 1) for entry in text.splitlines())


@pytest.mark.parametrize("feedback", FEEDBACKS)
def test_the_reporter_adds_up_the_right_points(feedback):
    found = outputs(github.to_output(feedback))
    result = read(base64.b64decode(found["result"], validate=True))

    check("github.json", result)
    assert float(found["score"]) == pytest.approx(
        sum(test["score"] for test in result["tests"])
    )
    assert float(found["max-score"]) == result["max_score"] == feedback.reachable


@pytest.mark.parametrize(("feedback", "status"), [(MIXED, "fail"), (FULL, "pass")])
def test_only_full_points_are_a_pass(feedback, status):
    result = read(github.result(feedback))

    assert result["status"] == status
    assert (feedback.total == result["max_score"]) == (status == "pass")


def test_a_path_cannot_begin_another_output():
    text = github.to_output(FULL, "report\nscore=100.json")

    assert [entry.split("=")[0] for entry in text.splitlines()] == [
        *("result", "score", "max-score", "report-path"),
    ]


def test_annotations_mark_the_line_and_hold_one_command_each():
    text = github.to_annotations(MIXED)

    assert text == (
        "::error file=exercises/model_construction.py,line=12,"
        "title=model_construction.chain%3A A title%3A with%2C signs::MLP is wrong."
        "%0A  got       ValueError: 100%25 <b>&amp;"
        "%0A  at        model_construction.py, line 12 in forward: raise ValueError\n"
    )


def test_a_message_cannot_give_a_command():
    feedback = Feedback("ana", (line(points=0.0, message=Message(f"x\n{HOSTILE}")),))

    commands = github.to_annotations(feedback).split("\n")

    assert len(commands) == 2
    assert "\r" not in commands[0]
    assert commands[0].startswith("::error ")


def test_no_more_annotations_than_github_shows():
    many = Feedback("ana", tuple(line(f"E{i}", 0.0) for i in range(30)))

    assert github.to_annotations(many).count("\n") == 10


def test_a_summary_has_a_row_per_exercise_and_messages_as_text():
    text = github.to_summary(
        Feedback("ana", (*MIXED.lines, line("Bad", 0.0, message=Message(HOSTILE))))
    )

    assert "| ❌ | `model_construction.chain` | 0.67 | 2 | failed |" in text
    assert "| ✅ | `model_construction.Gpu` | 1 | 1 | passed |" in text
    assert "Not started." not in text
    assert "<b>" not in text
    assert text.count("</pre>") == text.count("<pre>") == 2
    assert "\n```" not in text


def test_a_summary_fits_what_github_shows():
    long = line("Long", 0.0, message=Message("x" * 160, got="y" * 160))

    text = github.to_summary(Feedback("ana", (line(), *[long] * 4000)))

    assert len(text.encode()) <= 1 << 20
    assert "model_construction.Long" in text


# Classroom 50


@pytest.mark.parametrize("feedback", FEEDBACKS)
def test_classroom50_results_keep_the_rules(feedback):
    source = classroom50.read_source(RUNNER)

    data = read(classroom50.to_result(feedback, source))

    check("classroom50.json", data)
    tests = data["tests"]
    assert data["score"] == sum(t["score"] for t in tests)
    assert data["max-score"] == sum(t["max-score"] for t in tests)
    assert all(t["score"] <= t["max-score"] for t in tests)
    assert all(t["passed"] == (t["score"] == t["max-score"]) for t in tests)


def test_classroom50_points_are_hundredths_and_whole_numbers():
    feedback = Feedback("ana", (*MIXED.lines, line("Odd", 0.29, 1.1)))

    data = read(classroom50.to_result(feedback, classroom50.read_source(RUNNER)))

    assert (data["score"], data["max-score"]) == (296, 810)
    odd = data["tests"][-1]
    assert odd["score"] == 29
    assert {type(odd["score"]), type(data["score"]), type(data["max-score"])} == {int}


def test_the_moment_of_submission_is_that_of_the_tag():
    assert classroom50.read_source(RUNNER).moment == "2026-06-01T14:32:05Z"


def test_a_tag_without_a_moment_is_told():
    source = classroom50.read_source({**RUNNER, "SUBMISSION_TAG": "submit/mine"})

    with pytest.raises(ExportError, match="SUBMISSION_TAG is 'submit/mine'"):
        classroom50.to_result(FULL, source)


def test_variables_that_the_runner_did_not_set_are_named():
    with pytest.raises(ExportError, match="sets ASSIGNMENT, SUBMISSION_TAG: run"):
        classroom50.read_source(
            {k: v for k, v in RUNNER.items() if k[:3] not in ("ASS", "SUB")}
        )


# JUnit


@pytest.mark.parametrize("feedback", FEEDBACKS)
def test_junit_keeps_the_rules(feedback):
    text = junit.to_xml(feedback)

    xmlschema.XMLSchema(SCHEMAS / "junit.xsd").validate(text)


def test_junit_is_read_as_it_is_meant():
    suites = junitparser.JUnitXml.fromstring(junit.to_xml(MIXED).encode())

    (suite,) = suites
    assert (suites.tests, suites.failures, suites.skipped) == (5, 2, 1)
    assert {p.name: p.value for p in suite.properties()} == {
        "points": "2.67",
        "open": "4",
        "max": "11",
        "points.model_construction.MLP": "1",
        "points.model_construction.chain": "0.67",
        "points.model_construction.Residual": "0",
        "points.model_construction.Gpu": "1",
        "points.model_construction.OnlyGpu": "0",
    }
    failure = list(suite)[1].result[0]
    assert (failure.type, failure.message) == ("failed", "MLP is wrong.")
    assert failure.text == MESSAGE.render()


def test_a_hostile_message_is_text_in_xml(graded, syllabus):
    text = junit.to_xml(make_feedback(*graded, syllabus))

    xmlschema.XMLSchema(SCHEMAS / "junit.xsd").validate(text)
    said = ET.fromstring(text).find(".//failure").text
    assert said.startswith("]]>")
    assert "</pre>" in said
