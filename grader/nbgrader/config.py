"""Teach nbgrader this kit, from a course's nbgrader_config.py."""

from __future__ import annotations

from nbgrader.converters import Autograde
from nbgrader.preprocessors import Execute
from traitlets.config import Config

from grader.language import choose_language
from grader.layout import find_course
from grader.nbgrader.autograde import GradeApart
from grader.nbgrader.repair_cells import RepairCells
from grader.speech import speak
from grader.stubs import RAISE


def configure(config: Config) -> None:
    """Let nbgrader release our stubs, and grade our notebooks with our judges.

    In nbgrader_config.py:

        from grader.nbgrader.config import configure

        configure(get_config())

    Notebooks that are not of this kit are run by nbgrader, as ever. Messages are in the
    language of the course.
    """
    speak(choose_language(None, find_course()))
    config.ClearSolutions.code_stub = {"python": RAISE}
    before = Autograde.sanitize_preprocessors.default()
    config.Autograde.sanitize_preprocessors = [RepairCells, *before]
    steps = Autograde.autograde_preprocessors.default()
    config.Autograde.autograde_preprocessors = [
        GradeApart if step is Execute else step for step in steps
    ]
