"""A submission's result as JUnit XML: a suite per topic, a case per exercise.

The format knows no points: they stand in the properties of each suite.
"""

from __future__ import annotations

from itertools import groupby
from xml.etree import ElementTree as ET

from grader.exports.feedback import Feedback, Line
from grader.exports.plain import number
from grader.scoring.outcome import Outcome
from grader.scoring.score import add
from grader.speech import _


def to_xml(feedback: Feedback) -> str:
    """Return the file's text."""
    root = ET.Element("testsuites", {"name": feedback.student} | counts(feedback.lines))
    for topic, group in groupby(feedback.lines, key=lambda line: line.topic):
        root.append(suite(topic, tuple(group)))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, "unicode")}\n'


def to_refusal(reason: str) -> str:
    """Return the file's text for what could not be graded: one case, in error."""
    numbers = {"tests": "1", "failures": "0", "errors": "1", "skipped": "0"}
    root = ET.Element("testsuites", {"name": "submission"} | numbers)
    made = ET.SubElement(root, "testsuite", {"name": "submission"} | numbers)
    case = ET.SubElement(made, "testcase", name="submission", classname="submission")
    ET.SubElement(case, "error", message=reason, type="not graded")
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, "unicode")}\n'


def suite(topic: str, lines: tuple[Line, ...]) -> ET.Element:
    """Return one topic."""
    made = ET.Element("testsuite", {"name": topic} | counts(lines))
    values = {
        "points": add(line.points for line in lines),
        "open": add(line.open for line in lines),
        "max": add(line.max for line in lines),
        **{f"points.{line.exercise}": line.points for line in lines},
    }
    properties = ET.SubElement(made, "properties")
    for name, value in values.items():
        ET.SubElement(properties, "property", name=name, value=number(value))
    made.extend(map(case, lines))
    return made


def case(line: Line) -> ET.Element:
    """Return one exercise."""
    name = line.exercise.removeprefix(f"{line.topic}.")
    made = ET.Element(
        "testcase", name=name, classname=line.topic, time=f"{line.seconds:.3f}"
    )
    if line.outcome is Outcome.NO_GPU:
        ET.SubElement(made, "skipped", message=_(line.outcome))
    elif not line.full:
        first = line.text.partition("\n")[0]
        kind = str(line.outcome)
        ET.SubElement(made, "failure", message=first, type=kind).text = line.text
    return made


def counts(lines: tuple[Line, ...]) -> dict[str, str]:
    """Return the attributes that count cases."""
    skipped = [line for line in lines if line.outcome is Outcome.NO_GPU]
    failed = [line for line in lines if not line.full]
    return {
        "tests": str(len(lines)),
        "failures": str(len(failed)),
        "errors": "0",
        "skipped": str(len(skipped)),
        "time": f"{sum(line.seconds for line in lines):.3f}",
    }
