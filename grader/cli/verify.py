"""The verb verify: are these results what the grader wrote?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.audit.recount import read_scores
from grader.audit.verify import Verifier
from grader.class_run.grading_config import GradingConfig
from grader.class_run.seeds import read_secret
from grader.cli.intake import find_class
from grader.cli.options import (
    Assignment,
    Deadline,
    From,
    RenameMap,
    RosterFile,
    TakeWhich,
)
from grader.cli.screen import print_plain
from grader.intake import Take
from grader.layout import find_course
from grader.results.output import OutputFolder
from grader.sandbox.isolation import Level
from grader.sandbox.limits import Limits
from grader.speech import _, several
from grader.syllabus import read_syllabus


def verify(
    results: Annotated[Path, typer.Argument(help="Folder that grade wrote.")],
    path: Annotated[
        Path | None,
        typer.Argument(help="The class: look whether its files are those graded."),
    ] = None,
    platform: From = "",
    roster: RosterFile = None,
    deadline: Deadline = "",
    assignment: Assignment = "",
    take: TakeWhich = Take.WORK,
    renames: RenameMap = None,
    sample: Annotated[
        int, typer.Option(min=0, help="Students of the class to grade again.")
    ] = 3,
) -> None:
    """Tell results that were changed from true ones; exit with 1 if some were."""
    layout = find_course(path)
    secret = read_secret(layout.secret)
    environment = read_scores(OutputFolder(results, secret))["environment"]
    syllabus = read_syllabus(layout.registry).restricted(environment["exercises"])
    level, limits = Level(environment["isolation"]), Limits(**environment["limits"])
    gpu: bool = environment["gpu"]
    config = GradingConfig(level, limits, layout.hidden_tests, syllabus, secret, gpu)
    verifier = Verifier(results, config)
    problems = list(verifier.check_files())
    if path is not None:
        origins = find_class(
            path, platform, roster, deadline, assignment, take, renames
        ).origins
        problems += verifier.check_submissions(origins)
        if not problems:
            problems += verifier.regrade(origins, sample)
    for problem in problems:
        print_plain(problem, "red")
    if problems:
        said = several("{n} problem", "{n} problems", len(problems))
        print_plain(said, "bold red")
        raise typer.Exit(1)
    said = (
        several(
            "{folder} is as the grader wrote it, {n} of its students graded again "
            "alike",
            "{folder} is as the grader wrote it, {n} of its students graded again "
            "alike",
            sample,
            folder=results,
        )
        if path and sample
        else _("{folder} is as the grader wrote it").format(folder=results)
    )
    print_plain(said, "bold green")
