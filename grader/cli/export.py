"""The verb export: scores for gradebooks and platforms."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from grader.audit.recount import Recount
from grader.cli.screen import print_error, print_plain
from grader.errors import UNREAD
from grader.exports import canvas, formats, moodle
from grader.exports.grades import grade_of
from grader.exports.plain import ExportError
from grader.exports.results import to_results
from grader.exports.sheet import BOM, Filled, read_sheet
from grader.exports.table import to_csv
from grader.identity import file_name
from grader.results.output import OutputFolder, report_name
from grader.results.result import Result
from grader.speech import _, several

KNOWN = (*formats.SHEETS, *formats.NAMES)


def export(
    results: Annotated[Path, typer.Argument(help="Folder that grade wrote.")],
    to: Annotated[
        str,
        typer.Option(metavar="NAME", help="The format: {sheets}, {formats}."),
    ],
    fill: Annotated[
        Path | None,
        typer.Option(help="The sheet that Canvas or Moodle gave, to be filled."),
    ] = None,
    column: Annotated[
        str, typer.Option(help="The sheet's column for the grades, if it is not clear.")
    ] = "",
    out_of: Annotated[
        float | None, typer.Option(min=0.01, help="Scale grades to this maximum.")
    ] = None,
    bom: Annotated[
        bool, typer.Option("--bom", help="Begin a table so that Excel reads UTF-8.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            help="File of a table, folder of files per student.",
            show_default="exports/ in the folder of results",
        ),
    ] = None,
) -> None:
    """Write scores for a gradebook, or a file per student for a platform.

    Tables hold the points that the course counts, files per student those earned.
    Who cannot be matched is told; exit with 1 then.
    """
    if to not in KNOWN:
        raise ExportError(
            "no format is called {name!r}: {names}", name=to, names=", ".join(KNOWN)
        )
    if out_of is not None and not math.isfinite(out_of):
        raise ExportError(
            "--out-of is {points}: give the maximum of the gradebook", points=out_of
        )
    recount = Recount.of(results)
    if to in formats.SHEETS:
        filled = make_table(to, recount, fill, column, out_of)
        path = out or results / "exports" / f"{to}.csv"
        text = BOM + filled.text if bom else filled.text
        OutputFolder(path.parent, recount.output.secret).write(path.name, text)
        show_written(path, filled)
        notes = [
            *filled.notes,
            *(unsaid(to_results(recount.scores)) if to == "canvas" else ()),
        ]
    else:
        folder = out or results / "exports" / to
        notes = list(write_each(recount, to, folder))
    for note in notes:
        print_error(note)
    raise typer.Exit(1 if notes else 0)


def show_written(path: Path, filled: Filled) -> None:
    """Say where a table is, and how many grades it holds."""
    said = several(
        "{path} written: {n} grade",
        "{path} written: {n} grades",
        filled.grades,
        path=path,
    )
    print_plain(said)


def unsaid(results: Sequence[Result]) -> Iterator[str]:
    """Yield what needs a look, for a sheet that has no room for comments."""
    for result in results:
        if result.score is not None:
            for why in result.needs_look:
                yield _("{student} needs a look: {why}").format(
                    student=result.student, why=why
                )


def make_table(
    name: str,
    recount: Recount,
    fill: Path | None,
    column: str,
    out_of: float | None,
) -> Filled:
    """Return the table of a class."""
    results = to_results(recount.scores)
    if name == "csv":
        return Filled(to_csv(results, recount.syllabus), len(results))
    grades = [grade_of(result) for result in results]
    if fill is None:
        if name == "canvas":
            raise ExportError(
                "Canvas takes back its own sheet: export the gradebook there "
                "(Grades, Export) and name the file with --fill"
            )
        return moodle.to_import(grades, out_of)
    try:
        sheet = read_sheet(fill.read_bytes(), str(fill))
    except OSError as error:
        raise ExportError(UNREAD, path=fill, error=error.strerror) from error
    fill_sheet = canvas.fill if name == "canvas" else moodle.fill
    return fill_sheet(sheet, grades, column, out_of)


def write_each(recount: Recount, name: str, folder: Path) -> Iterator[str]:
    """Write a file for each student who has a score; yield who has none."""
    written = 0
    for result in to_results(recount.scores):
        if result.score is None:
            yield _("{student} has no score ({why})").format(
                student=result.student, why=result.state
            )
            continue
        variables = {**os.environ, "OWNER": result.student}
        report = report_name(result.student)
        form = formats.find_format(name, variables, str(recount.output.path / report))
        text = form.to_text(recount.feedback(result.student))
        target = OutputFolder(folder, recount.output.secret)
        target.write(f"{file_name(result.student)}{form.suffix}", text)
        written += 1
    said = several(
        "{path} written: {n} file",
        "{path} written: {n} files",
        written,
        path=folder,
    )
    print_plain(said)
