"""The options that instructors' verbs share, and those of grade."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.exports import formats
from grader.intake import PLATFORMS, Take
from grader.sandbox.limits import Limits

FACTS = {
    name: ", ".join(values)
    for name, values in {
        "platforms": PLATFORMS,
        "limits": Limits().as_settings().values(),
        "sheets": formats.SHEETS,
        "formats": formats.NAMES,
    }.items()
}
"""What the help of some options lists."""

ClassPath = Annotated[
    Path,
    typer.Argument(help="Folder or zip with the submissions, as it was handed out."),
]
From = Annotated[
    str,
    typer.Option(
        "--from",
        metavar="NAME",
        help="What the submissions came from: {platforms}.",
        show_default="recognised",
    ),
]
RosterFile = Annotated[
    Path | None,
    typer.Option("--roster", help="CSV with a row per student: who should be there."),
]
Times = Annotated[
    Path | None,
    typer.Option(
        "--times",
        metavar="FILE",
        help="CSV that says when each handed in: student, handed_in, handed_in:TOPIC; "
        "or Moodle's log of the assignment.",
    ),
]
Deadline = Annotated[
    str,
    typer.Option(
        "--deadline",
        metavar="TIME",
        help="For git: the last commit until then counts, as 2026-05-01T23:59-03:00.",
    ),
]
Assignment = Annotated[
    str,
    typer.Option(
        "--assignment",
        help="What was given: an assignment of course.toml. In nbgrader, the one of "
        "several to take, and the gradebook's.",
    ),
]
TakeWhich = Annotated[
    Take,
    typer.Option(
        "--take",
        help="Of several files of a topic: the one with most work in it, the newest, "
        "or the one named as it was handed out.",
    ),
]
RenameMap = Annotated[
    Path | None,
    typer.Option(
        "--renames",
        metavar="FILE",
        help="TOML that names files for topics: [[rename]] with student, file, topic.",
    ),
]
Only = Annotated[
    list[str] | None,
    typer.Option(
        help="This topic or exercise alone, topic or topic.Symbol; may be repeated, or "
        "hold several with commas.",
    ),
]
Given = Annotated[
    str,
    typer.Option("--assignment", help="An assignment of course.toml, in place of all."),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--limit",
        metavar="NAME=VALUE",
        help="Change a limit, as memory=4GiB; may be repeated: {limits}.",
    ),
]
Unsandboxed = Annotated[
    bool,
    typer.Option(
        "--unsandboxed",
        help="Where nothing better can be had, run submissions with your own rights.",
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(min=1, help="Judges side by side.", show_default="cores"),
]
Grades = Annotated[Path, typer.Option("--out", help="Folder for scores and reports.")]
Rules = Annotated[
    Path | None,
    typer.Option(
        help="The course's rules: weights, due dates, attempts.",
        show_default="course.toml of the course, if there is one",
    ),
]
Fresh = Annotated[
    bool, typer.Option("--fresh", help="Grade again what has not changed, too.")
]
Part = Annotated[
    str,
    typer.Option(
        metavar="I/N", help="Grade the I-th of N parts; join them with merge."
    ),
]
Scheduler = Annotated[
    str,
    typer.Option(metavar="ADDRESS", help="Grade on the workers of a Dask scheduler."),
]
Gpu = Annotated[
    bool, typer.Option("--gpu", help="Refuse to begin where no GPU can be had.")
]
Url = Annotated[
    str,
    typer.Option(
        "--gradebook",
        metavar="URL",
        help="Write the scores to nbgrader's gradebook, as sqlite:///gradebook.db.",
    ),
]
Course = Annotated[str, typer.Option(help="The gradebook's course.")]
ConfigFile = Annotated[
    Path | None,
    typer.Option(help="nbgrader_config.py that says what being late costs."),
]
