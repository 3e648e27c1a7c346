"""otter-grader: its API, with a notebook kernel per submission."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from bench.measure import Command

from .suite import TOPIC, otter_suites
from .way import (
    INSIDE,
    ONE_THREAD,
    PEER_PYTHON,
    Verdict,
    Way,
    read_json,
    verdict,
    write_checks,
)

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


class Otter(Way):
    """Two processes, each with half of the class."""

    name = "otter-grader"
    package = "otter-grader"
    how = "its API, a kernel per submission"
    jobs = 2

    def prepare(self, sources: Mapping[str, bytes]) -> None:
        """Write an autograder.zip."""
        for student, source in sources.items():
            self.work(student).parent.mkdir(parents=True)
            notebook = new_notebook(cells=[new_code_cell(source.decode())])
            notebook.metadata.kernelspec = KERNEL
            nbformat.write(notebook, self.work(student))
        write_checks(self.folder / "files")
        with zipfile.ZipFile(self.folder / "autograder.zip", "w") as archive:
            archive.writestr("otter_config.json", json.dumps({"lang": "python"}))
            for name, text in otter_suites().items():
                archive.writestr(f"tests/{name}.py", text)
            for path in (self.folder / "files").iterdir():
                archive.write(path, f"files/{path.name}")

    def commands(self) -> list[Command]:
        """Grade a part of the class in each of two processes."""
        script = [PEER_PYTHON, INSIDE / "run_otter.py", self.folder / "autograder.zip"]
        parts = [list(self.students[i :: self.jobs]) for i in range(self.jobs)]
        return [
            Command(
                [*script, self.folder / f"results-{i}.json", *map(self.work, part)],
                self.folder,
                ONE_THREAD,
            )
            for i, part in enumerate(parts)
            if part
        ]

    def work(self, student: str) -> Path:
        """Return where a student's notebook lies."""
        return self.folder / "class" / student / f"{TOPIC}.ipynb"

    def verdicts(self) -> dict[str, Verdict]:
        """Read the results."""
        found = {}
        for path in self.folder.glob("results-*.json"):
            for student, result in read_json(path).items():
                found[student] = verdict(result["passed"], result["points"])
        return found
