"""The verb merge: one class out of its shards."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.audit.merge import MergeError, read_shard
from grader.audit.merge import merge as merge_shards
from grader.class_run.seeds import read_secret
from grader.cli.screen import print_error, print_plain
from grader.layout import find_course
from grader.results.output import OutputFolder
from grader.results.result import Status
from grader.speech import _, several
from grader.syllabus import read_syllabus


def merge(
    out_folder: Annotated[
        Path, typer.Argument(metavar="OUT", help="Folder for scores and reports.")
    ],
    folders: Annotated[
        list[Path],
        typer.Argument(metavar="SHARD…", help="Folders that grade --shard wrote."),
    ],
) -> None:
    """Join the shards of a class; the results are those of one run.

    Exit with 1 if some were not graded, 2 if the shards do not make up one class.
    """
    layout = find_course()
    secret = read_secret(layout.secret)
    shards = [read_shard(folder, secret) for folder in folders]
    if out_folder.resolve() in {folder.resolve() for folder in folders}:
        raise MergeError(
            "{folder} is a shard itself: name a new folder first", folder=out_folder
        )
    with OutputFolder(out_folder, secret).opened() as output:
        data = merge_shards(shards, output, read_syllabus(layout.registry))
    entries = data["students"]
    print_plain(
        several(
            "{path} and reports/ beside it written: {n} student from {shards} shards",
            "{path} and reports/ beside it written: {n} students from {shards} shards",
            len(entries),
            path=out_folder / "scores.csv",
            shards=len(shards),
        )
    )
    statuses = {entry["status"] for entry in entries}
    for entry in entries:
        if entry["status"] not in (Status.GRADED, Status.MISSING):
            print_error(f"{entry['student']}: {_(entry['status'])}: {entry['reason']}")
    if Status.KIT_ERROR in statuses:
        raise typer.Exit(2)
    if Status.NOT_GRADED in statuses:
        raise typer.Exit(1)
