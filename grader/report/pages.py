"""How pages are made from templates: text stays text, whoever wrote it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from grader.exports.feedback import Feedback
from grader.identity import file_name
from grader.page_templates import page_templates
from grader.report.over_time import over_time
from grader.report.student_page import make_sections
from grader.results.result import Result
from grader.speech import translate
from grader.syllabus import Syllabus
from grader.text import without_controls
from grader.words import render


class Pages:
    """Makes pages of one course."""

    def __init__(self, course: str, **shared: Any) -> None:
        """Take the course's title, and what all templates know."""
        self.templates = page_templates("report", lstrip_blocks=True, finalize=harmless)
        self.templates.filters |= {
            "percent": percent,
            "points": lambda points: f"{points:.2f}".rstrip("0").rstrip("."),
            "student_page": lambda student: quote(student_page(student)),
            "words": render,
            "said": translate,
            "message": lambda message: message.render(),
        }
        self.templates.globals |= {"course": course, **shared}

    def make(self, template: str, **values: Any) -> str:
        """Return a page."""
        return self.templates.get_template(template).render(**values)

    def make_student(
        self, result: Result, feedback: Feedback | None, syllabus: Syllabus
    ) -> str:
        """Return a student's own page, which says nothing of anybody else."""
        sections = make_sections(feedback, syllabus) if feedback else []
        values = {
            "result": result,
            "feedback": feedback,
            "sections": sections,
            "over_time": over_time(result),
        }
        return self.make("student.html", **values)


def percent(share: float) -> str:
    """Return a share, 0 to 1 or negative, in whole percents."""
    number = str(round(100 * share)).replace("-", "\N{MINUS SIGN}")
    return f"{number}\N{NO-BREAK SPACE}%"


def harmless(value: object) -> object:
    """Return text without characters that move what stands beside them."""
    plain = isinstance(value, str) and not isinstance(value, Markup)
    return without_controls(str(value), keep="\n\t") if plain else value


def student_page(student: str) -> str:
    """Return the name of a student's page."""
    return f"student/{file_name(student)}.html"
