"""nbgrader: autograde and feedback, each in one command over the class."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook

from bench.measure import Command

from .suite import TESTS
from .way import ONE_THREAD, PEER_PYTHON, Verdict, Way, verdict, write_checks

NAME = "work"
PLAY = """import __main__
from checks import *

def play(scenario, *args):
    return scenario(__main__, *args)"""


class Nbgrader(Way):
    """A kernel per submission."""

    name = "nbgrader"
    package = "nbgrader"
    how = "autograde, then feedback; a kernel per submission"

    def prepare(self, sources: Mapping[str, bytes]) -> None:
        """Make the assignment, as a course does once, and its submissions."""
        write_checks(self.folder / "source" / NAME)
        nbformat.write(assignment(), self.folder / "source" / NAME / f"{NAME}.ipynb")
        subprocess.run(
            nbgrader("generate_assignment"),
            cwd=self.folder,
            env=os.environ | variables(),
            capture_output=True,
            check=True,
        )
        notebook = nbformat.read(self.folder / "release" / NAME / f"{NAME}.ipynb", 4)
        (answer,) = (c for c in notebook.cells if c.metadata.nbgrader.solution)
        for student, source in sources.items():
            home = self.folder / "submitted" / student / NAME
            home.mkdir(parents=True)
            answer.source = source.decode()
            nbformat.write(notebook, home / f"{NAME}.ipynb")

    def commands(self) -> list[Command]:
        """Grade the class, then write its feedback."""
        return [
            Command(nbgrader(verb), self.folder, variables())
            for verb in ("autograde", "generate_feedback")
        ]

    def verdicts(self) -> dict[str, Verdict]:
        """Read the gradebook."""
        with Gradebook(f"sqlite:///{self.folder}/gradebook.db") as book:
            found = {}
            for student in self.students:
                page = self.folder / "feedback" / student / NAME / f"{NAME}.html"
                assert page.exists(), page
                submission = book.find_submission(NAME, student)
                (notebook,) = submission.notebooks
                passed = {g.name for g in notebook.grades if g.score == g.max_score}
                found[student] = verdict(passed, submission.score)
        return found


def nbgrader(verb: str) -> list[str]:
    """Return a command of nbgrader's about the assignment."""
    return [str(PEER_PYTHON.with_name("nbgrader")), verb, NAME]


def variables() -> dict[str, str]:
    """Return an environment in which nbgrader finds alembic."""
    return ONE_THREAD | {"PATH": f"{PEER_PYTHON.parent}:{os.environ['PATH']}"}


def assignment() -> NotebookNode:
    """Return the notebook: a cell for the answer, a cell per test."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    solution = {"grade": False, "solution": True, "locked": False}
    cells = [
        cell("answer", "### BEGIN SOLUTION\n### END SOLUTION", solution),
        cell("play", PLAY, {"grade": False, "solution": False, "locked": True}),
        *(
            cell(
                test.name,
                test.call,
                {"grade": True, "solution": False, "locked": True}
                | {"points": test.points},
            )
            for test in TESTS
        ),
    ]
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def cell(name: str, source: str, role: Mapping[str, object]) -> NotebookNode:
    """Return a cell that nbgrader knows."""
    metadata = {"schema_version": 3, "grade_id": name, "task": False, **role}
    return new_code_cell(source, metadata={"nbgrader": metadata})
