"""The verb init-ci: workflows, jobs and autograders."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.class_run.seeds import read_secret
from grader.cli.options import Given, Only
from grader.cli.screen import print_plain
from grader.files import write_bytes
from grader.layout import find_course
from grader.policy import find_part
from grader.release.ci import PLATFORMS, make_files
from grader.speech import _, mark
from grader.syllabus import read_syllabus

NEXT = {
    "github": mark("read its head, and copy it into the students' template repository"),
    "gitlab": mark("read its head, and copy it into a project of yours"),
    "gradescope": mark(
        "upload it as it is; it holds hidden tests and the course's secret"
    ),
}


def init_ci(
    platform: Annotated[str, typer.Argument(metavar="|".join(PLATFORMS))],
    out: Annotated[Path, typer.Option(help="Folder to write into.")] = Path("ci"),
    assignment: Given = "",
    only: Only = None,
) -> None:
    """Write what a platform needs to grade: a workflow, a job or an autograder."""
    layout = find_course()
    syllabus = read_syllabus(layout.registry)
    secret = read_secret(layout.secret)
    part = find_part(layout, syllabus, assignment, only or ())
    for name, data in make_files(platform, layout, syllabus, part, secret).items():
        write_bytes(out / name, data)
        said = _("{path} written: {advice}")
        print_plain(said.format(path=out / name, advice=_(NEXT[platform])))
