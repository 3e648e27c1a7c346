"""Verbs for instructors and CI: grade, grade-one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from grader.audit.changes import FILE as CHANGES
from grader.audit.changes import Change, Earlier, to_csv
from grader.audit.table import ClassTable
from grader.class_run.attempts import attempts_of
from grader.class_run.grading_config import GradingConfig, Task, judge_task
from grader.class_run.run import ClassRun
from grader.class_run.seeds import has_secret, read_secret
from grader.class_run.shards import WHOLE, Shard
from grader.cli.backend import backend, print_open
from grader.cli.class_view import print_written, show_class, warn_trouble
from grader.cli.compare import show_changes
from grader.cli.gradebook import choose_target, fill_gradebook
from grader.cli.intake import find_class, missing_results, read_map, show_found
from grader.cli.options import (
    Assignment,
    ClassPath,
    ConfigFile,
    Course,
    Deadline,
    Fresh,
    From,
    Given,
    Gpu,
    Grades,
    Jobs,
    Only,
    Part,
    RenameMap,
    RosterFile,
    Rules,
    Scheduler,
    Settings,
    TakeWhich,
    Times,
    Unsandboxed,
    Url,
)
from grader.cli.screen import (
    errors,
    out,
    print_error,
    print_message,
    print_plain,
    progress_bar,
)
from grader.exports import formats
from grader.exports.feedback import make_feedback, points_in_words
from grader.exports.plain import ExportError
from grader.intake import (
    ClassFolder,
    IntakeError,
    SubmissionError,
    SubmissionSource,
    Take,
)
from grader.intake.find import student_of
from grader.layout import find_course
from grader.policy import Policy, find_part, find_rules, given
from grader.results.output import OutputFolder
from grader.results.result import Result
from grader.sandbox.isolation import Level, choose_level
from grader.sandbox.limits import Limits
from grader.scoring.message import Message
from grader.scoring.report import first_message, messages_of
from grader.scoring.score import ExerciseScore, Score
from grader.speech import _
from grader.syllabus import read_syllabus
from grader.text import without_controls


def grade(
    path: ClassPath,
    out_folder: Grades = Path("grades"),
    jobs: Jobs = None,
    platform: From = "",
    roster: RosterFile = None,
    deadline: Deadline = "",
    assignment: Assignment = "",
    take: TakeWhich = Take.WORK,
    renames: RenameMap = None,
    times: Times = None,
    only: Only = None,
    limit: Settings = None,
    rules: Rules = None,
    fresh: Fresh = False,
    unsandboxed: Unsandboxed = False,
    gradebook: Url = "",
    course: Course = "",
    nbgrader_config: ConfigFile = None,
    shard: Part = "",
    scheduler: Scheduler = "",
    gpu: Gpu = False,
) -> None:
    """Grade a class; exit with 1 if some was not graded, 2 for a fault of the kit.

    Run it again after a change or a crash: it grades what is new and nothing twice.
    """
    layout = find_course(path)
    registry = read_syllabus(layout.registry)
    policy = find_rules(layout, registry, rules, assignment)
    syllabus = given(registry, policy).only(*only or ())
    limits = Limits().changed(limit or ())
    chosen = Shard.parse(shard) if shard else WHOLE
    target = choose_target(
        gradebook, course, assignment or registry.course.id, nbgrader_config
    )
    found = chosen.part(
        find_class(path, platform, roster, deadline, assignment, take, renames, times)
    )
    show_found(path, found)
    warn_strangers(policy, [origin.student for origin in found.origins])
    secret = take_secret(layout.secret)
    with (
        backend(scheduler, gpu=gpu, jobs=jobs) as judged_by,
        OutputFolder(out_folder, secret).opened() as output,
    ):
        secrets = [layout.solutions, layout.hidden_tests, path, out_folder]
        level = print_level(judged_by.choose_level(secrets, unsandboxed=unsandboxed))
        print_open(judged_by, syllabus)
        config = GradingConfig(
            level, limits, layout.hidden_tests, syllabus, secret, judged_by.gpu
        )
        run = ClassRun(config, output, policy, judged_by.start)
        table = ClassTable(run, found, chosen)
        results, changes = grade_table(table, jobs, fresh=fresh)
        fill_gradebook(target, results, output, syllabus, found.origins)
    show_class(results, syllabus, policy)
    show_changes_since(changes, out_folder)
    print_written(out_folder, results, len(table.others))
    warn_trouble(results)


def show_changes_since(changes: Sequence[Change], folder: Path) -> None:
    """Say who has other points than in the run before, if somebody has."""
    if changes:
        print_plain(_("other points than in the run before"), "bold")
        show_changes(changes, folder / CHANGES)


def grade_table(
    table: ClassTable, jobs: int | None, *, fresh: bool
) -> tuple[list[Result], list[Change]]:
    """Write the results of a class; return them, and what is otherwise than before."""
    run, found = table.run, table.found
    earlier = Earlier(run, [origin.student for origin in found.origins])
    results = grade_found(run, found, jobs, fresh=fresh)
    table.write(results)
    changes = earlier.changes(results)
    if changes:
        run.output.write(CHANGES, to_csv(changes))
    return results, changes


def grade_found(
    run: ClassRun, found: ClassFolder, jobs: int | None, *, fresh: bool
) -> list[Result]:
    """Return the results of all who handed in or should have, while a bar grows."""
    total = sum(len(attempts_of(origin, run.policy)) for origin in found.origins)
    with progress_bar(_("Submissions")) as bar:
        task = bar.add_task("", total=total)
        count = jobs or os.cpu_count() or 1
        results = run.grade_all(
            found.origins, count, lambda _result: bar.advance(task), fresh=fresh
        )
    return results + missing_results(found)


def grade_one(
    path: Annotated[Path, typer.Argument(help="One student's folder or zip.")],
    report: Annotated[
        Path | None, typer.Option(help="Also write the report to this file.")
    ] = None,
    write: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=FILE",
            help="Also write the result for a platform; may be repeated: {formats}.",
        ),
    ] = None,
    student: Annotated[
        str,
        typer.Option(
            help="Whose it is, which decides the inputs.", show_default="name of PATH"
        ),
    ] = "",
    take: TakeWhich = Take.WORK,
    renames: RenameMap = None,
    assignment: Given = "",
    only: Only = None,
    limit: Settings = None,
    unsandboxed: Unsandboxed = False,
) -> None:
    """Grade one submission; exit with 1 below full points, 2 for a fault of the kit."""
    refuse_missing(path)
    layout = find_course(path)
    registry = read_syllabus(layout.registry)
    syllabus = find_part(layout, registry, assignment, only or ())
    limits = Limits().changed(limit or ())
    targets = [find_target(target, report) for target in write or ()]
    who = student or student_of(path.resolve())
    files = read_map(renames, syllabus.modules).of(who)
    origin = SubmissionSource(who, path, take=take, renames=files)
    secrets = [layout.solutions, layout.hidden_tests, path]
    level = print_level(choose_level(secrets, unsandboxed=unsandboxed))
    secret = take_secret(layout.secret)
    config = GradingConfig(level, limits, layout.hidden_tests, syllabus, secret)
    try:
        submission = config.read(origin)
    except SubmissionError as error:
        for form, target in targets:
            text = form.to_refusal(without_controls(str(error)))
            OutputFolder(target.parent, secret).write(target.name, text)
        said = _("{student}: not graded: {error}")
        print_error(said.format(student=who, error=error))
        raise typer.Exit(1) from error
    with config.start_pool(min(len(syllabus.topics), os.cpu_count() or 1)) as pool:
        result, made = judge_task(pool, Task(submission), config)
    if report is not None:
        OutputFolder(report.parent, secret).write_signed(report.name, made)
    feedback = make_feedback(result, made, syllabus)
    for form, target in targets:
        text = form.to_text(feedback)
        OutputFolder(target.parent, secret).write(target.name, text)
    show_submission(submission.notes, result, messages_of(made))
    raise typer.Exit(0 if result.total + result.open == result.max else 1)


def refuse_missing(path: Path) -> None:
    """Raise where there is no submission."""
    if not path.exists():
        raise IntakeError(
            "{path} does not exist: name a student's folder or zip", path=path
        )


def find_target(target: str, report: Path | None) -> tuple[formats.Format, Path]:
    """Return the format and the file that a target like `junit=out.xml` names."""
    name, _sign, file = target.partition("=")
    form = formats.find_format(name, os.environ, str(report or ""))
    if not file:
        raise ExportError(
            "{target!r} names no file: write it like {name}=FILE",
            target=target,
            name=name,
        )
    return form, Path(file)


def warn_strangers(policy: Policy, students: list[str]) -> None:
    """Say who has an extension and handed nothing in: a name may be misspelt."""
    for stranger in policy.strangers(students):
        said = _("{student} has an extension, but handed in nothing")
        errors.print(Text(said.format(student=stranger)))


def take_secret(path: Path) -> bytes:
    """Return the course's secret; say where it is new what that means."""
    known = has_secret(path)
    secret = read_secret(path)
    if not known:
        note = _(
            "{path} is new: inputs differ from those of runs without it or the same "
            "GRADER_SECRET"
        )
        errors.print(Text(note.format(path=path), style="dim"))
    return secret


def print_level(level: Level) -> Level:
    """Say how submissions are isolated, loudly where they are not."""
    if level is Level.PROCESS:
        errors.print(
            Text(
                _(
                    "Submissions run with your own rights (no bubblewrap here, see "
                    "`grader doctor`). Their scores cannot be forged, but their code "
                    "could read and change your files."
                ),
                style="yellow",
            )
        )
    else:
        errors.print(Text(_("Isolation: {level}").format(level=level), style="dim"))
    return level


def show_submission(
    notes: Sequence[str], result: Score, messages: dict[str, Message]
) -> None:
    """Print what is to be known of a submission, its exercises and its points."""
    for note in notes:
        print_plain(note, "dim")
    for exercise in result.exercises:
        show_exercise(exercise, messages)
    print_plain(points_in_words(result.total, result.open, result.max), "bold")


def show_exercise(exercise: ExerciseScore, messages: dict[str, Message]) -> None:
    """Print an exercise's points and the first thing that it does not pass."""
    full = exercise.points + exercise.open == exercise.max
    mark = Text("✓ " if full else "✗ ", style="green" if full else "red")
    out.print(mark + Text(f"{exercise.exercise} {exercise.points:g}/{exercise.max:g}"))
    if said := first_message(exercise.outcomes, messages):
        print_message(said.render(), 4)
