"""Verbs for the kit's authors: stubs and check-kit."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from grader import check_kit as checks
from grader import stubs as stub_maker
from grader.class_run.pool import JudgePool
from grader.cli.messages import texts_of
from grader.cli.options import Given, Jobs, Only
from grader.cli.screen import print_plain, progress_bar
from grader.files import pack_files, write_bytes, write_text
from grader.layout import Layout, find_course
from grader.policy import find_part
from grader.release import handout as handouts
from grader.sandbox.isolation import choose_level
from grader.sandbox.limits import Limits
from grader.speech import Speech, _, several, speaking
from grader.syllabus import Syllabus, read_syllabus


def stubs(
    check: Annotated[
        bool, typer.Option("--check", help="Only say which files are out of date.")
    ] = False,
) -> None:
    """Make exercises/ from solutions/."""
    layout = find_course()
    with speaking(Speech()):  # as the solutions are written
        made = stub_maker.make_all(read_syllabus(layout.registry), layout)
    outdated = stub_maker.outdated(made, layout.exercises)
    if check:
        for name in outdated:
            said = _("{path} is not what solutions/ gives: make stubs")
            print_plain(said.format(path=f"exercises/{name}"))
        raise typer.Exit(1 if outdated else 0)
    for name in outdated:
        if name in made:
            write_text(layout.exercises / name, made[name])
            said = _("{path} written")
        else:
            said = _("{path} has no solution: remove it, or register it")
        print_plain(said.format(path=f"exercises/{name}"))
    if not outdated:
        print_plain(_("exercises/ is up to date"))


def notebooks(
    target: Annotated[
        Path, typer.Option("--out", help="Folder of an assignment below source/.")
    ],
    assignment: Given = "",
    only: Only = None,
) -> None:
    """Make nbgrader's source notebooks, one for each topic, from solutions/."""
    layout = find_course()
    syllabus = read_syllabus(layout.registry)
    part = find_part(layout, syllabus, assignment, only or ())
    made = stub_maker.make_sources(syllabus, layout, part)
    for name, text in made.items():
        write_text(target / name, text)
        print_plain(_("{path} written").format(path=target / name))


def check_kit(
    only: Only = None,
    jobs: Jobs = None,
    seed: Annotated[str, typer.Option(help="Repeat a run with its seed.")] = "",
    columns: Annotated[
        bool,
        typer.Option("--columns", help="Only list the cases that sweeps leave out."),
    ] = False,
) -> None:
    """Test the tests with stubs, solutions, and known right and wrong answers."""
    layout = find_course()
    syllabus = read_syllabus(layout.registry)
    part = syllabus.only(*only or ())
    if columns:
        show_columns(layout, part)
        return
    if left := list(checks.check_placeholders(layout, part)):
        refuse(
            left, several("{n} place to fill in", "{n} places to fill in", len(left))
        )
    variants = checks.read_variants(layout.variants, syllabus)
    variants = [v for v in variants if v.exercise.id in part.exercises]
    level = choose_level([layout.solutions, layout.hidden_tests], unsandboxed=True)
    jobs = jobs or os.cpu_count() or 1
    seed = seed or secrets.token_hex(8)
    limits = Limits()
    with (
        JudgePool(level, jobs, limits, layout.hidden_tests) as hidden,
        JudgePool(level, 1, limits, layout.visible_tests) as visible,
        progress_bar(_("Answers")) as bar,
    ):
        task = bar.add_task("")
        found = checks.check_all(
            checks.Checker(layout, syllabus, hidden, seed),
            checks.Checker(layout, syllabus, visible, seed),
            variants,
            jobs=jobs,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
            part=part,
        )
    texts = list(texts_of(layout))
    found.problems += checks.check_texts(layout, texts)
    found.problems += checks.check_told(layout, texts, found.messages)
    print_plain(", ".join(found.counts))
    print_plain(_("isolation {level}, seed {seed}").format(level=level, seed=seed))
    if found.problems:
        count = len(found.problems)
        refuse(found.problems, several("{n} problem", "{n} problems", count))
    said = _("every right answer passed, every wrong one was caught")
    print_plain(said, "bold green")


def show_columns(layout: Layout, part: Syllabus) -> None:
    """Print what the sweeps of each exercise leave out, and why."""
    from grader.check_kit.columns import list_columns

    for exercise, text in list_columns(layout, part):
        print_plain(f"{exercise}: {text}")


def refuse(problems: Sequence[str], count: str) -> NoReturn:
    """Print what is wrong with the kit, and how much it is, and exit with 1."""
    for problem in problems:
        print_plain(problem, "red")
    print_plain(count, "bold red")
    raise typer.Exit(1)


def handout(
    target: Annotated[Path, typer.Option("--out", help="The archive to write.")] = Path(
        "handout.zip"
    ),
    references: Annotated[
        bool,
        typer.Option(help="Encoded solutions for make solution: a courtesy lock."),
    ] = True,
    assignment: Given = "",
) -> None:
    """Pack what students get, after a check that it tells no secret."""
    layout = find_course()
    syllabus = read_syllabus(layout.registry)
    with speaking(Speech()):  # as the solutions are written
        made = stub_maker.make_all(syllabus, layout)
    outdated = stub_maker.outdated(made, layout.exercises)
    if outdated:
        raise stub_maker.StubError(
            "exercises/ is not what solutions/ gives ({files}): run make stubs first",
            files=", ".join(outdated),
        )
    part = find_part(layout, syllabus, assignment)
    given = part if assignment else None
    files = handouts.collect(layout, given, references=references)
    handouts.refuse_secrets(files, layout)
    name = f"{syllabus.course.id}-{assignment}" if assignment else syllabus.course.id
    write_bytes(target, pack_files(files, name))
    said = (
        several(
            "{path} written: {n} file, solutions encoded, no hidden test",
            "{path} written: {n} files, solutions encoded, no hidden test",
            len(files),
            path=target,
        )
        if references
        else several(
            "{path} written: {n} file, no solution, no hidden test",
            "{path} written: {n} files, no solution, no hidden test",
            len(files),
            path=target,
        )
    )
    print_plain(said)
