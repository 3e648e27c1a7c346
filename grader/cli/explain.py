"""The verb explain: all that is known of a student's tests, for the instructor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.audit.appeal import Appeal, AppealError, Played
from grader.audit.recount import Recount
from grader.cli.intake import find_class
from grader.cli.options import (
    Assignment,
    Deadline,
    From,
    RenameMap,
    RosterFile,
    TakeWhich,
)
from grader.cli.screen import print_error, print_message, print_plain
from grader.intake import Take
from grader.layout import find_course
from grader.scoring.manifest import Check
from grader.scoring.outcome import Outcome
from grader.speech import _

if TYPE_CHECKING:
    from grader.judge.replay import Play

SHOWN = {Outcome.PASSED: "green", Outcome.NO_GPU: "dim"}
"""Colours of outcomes; others are red."""


def explain(
    student: Annotated[str, typer.Argument(help="As in the scores.")],
    exercise: Annotated[str, typer.Argument(help="As topic.Symbol, or Symbol alone.")],
    test: Annotated[
        str, typer.Option(help="This test function, or this case of it, alone.")
    ] = "",
    again: Annotated[
        bool,
        typer.Option(
            "--replay",
            help="Play the tests again on the submission, and show what it prints.",
        ),
    ] = False,
    submissions: Annotated[
        Path | None,
        typer.Option(help="The class that was graded, for --replay."),
    ] = None,
    platform: From = "",
    roster: RosterFile = None,
    deadline: Deadline = "",
    assignment: Assignment = "",
    take: TakeWhich = Take.WORK,
    renames: RenameMap = None,
    grades: Annotated[
        Path, typer.Option("--grades", help="Folder that grade wrote.")
    ] = Path("grades"),
) -> None:
    """Show why a student has these points: hidden tests, inputs, what was expected.

    It is for the instructor alone: it shows hidden tests and seeds.
    """
    course = find_course(submissions)
    appeal = Appeal(Recount.of(grades), course, student, exercise, test)
    submission = None
    changed = appeal.tests_changed
    notes = [_("the hidden tests were changed since")] if changed else []
    if again:
        if submissions is None:
            raise AppealError(
                "--replay needs the files: name the class with --submissions"
            )
        found = find_class(
            submissions, platform, roster, deadline, assignment, take, renames
        )
        submission, note = appeal.submission(found.origins)
        notes += [note] if note else []
    played = appeal.replay(submission)
    show_head(appeal)
    for note in notes:
        print_error(note)
    for check in appeal.checks:
        show_test(appeal, check, played[check.nodeid])


def show_head(appeal: Appeal) -> None:
    """Print the points, and how they came about."""
    made, environment = appeal.made, appeal.environment
    said = _("{student}: {exercise}, {points:g} of {most:g} points")
    said = said.format(
        student=appeal.student,
        exercise=appeal.exercise,
        points=made.points,
        most=made.max,
    )
    print_plain(said, "bold")
    if hand := made.by_hand:
        said = _("{why}; the tests give {points:g}")
        print_plain(said.format(why=hand.why, points=hand.automatic))
    said = _("isolation {level}, seed {seed}")
    level, seed = environment["isolation"], environment["seed"]
    print_plain(said.format(level=level, seed=seed), "dim")


def show_test(appeal: Appeal, check: Check, played: Played) -> None:
    """Print one test: its outcome, its source, and what it played."""
    outcome = appeal.made.outcomes.get(check.nodeid, Outcome.KIT_ERROR)
    share = float(appeal.recount.manifest.shares[check.nodeid])
    name = check.nodeid.rpartition("::")[2]
    print_plain("")
    print_plain(f"{name}: {_(outcome)}", SHOWN.get(outcome, "red"))
    said = _("{test}, {share:.0%} of the points")
    print_plain(f"  {said.format(test=check.nodeid, share=share)}", "dim")
    if message := appeal.messages.get(check.nodeid):
        print_message(message.render(), 2)
    elif trouble := appeal.trouble(check):
        print_message(trouble, 2)
    if played.mine and played.mine.outcome is not outcome:
        said = _("played again, it is: {outcome}")
        print_plain(f"  {said.format(outcome=_(played.mine.outcome))}", "red")
        if played.mine.message and not message:
            print_message(played.mine.message.render(), 2)
    seeds = (f"{purpose} {seed}" for purpose, seed in played.reference.seeds.items())
    said = _("seeds: {seeds}").format(seeds=", ".join(seeds))
    print_plain(f"  {said}", "dim")
    show_plays(played)
    print_plain(f"  {_('the test')}", "bold")
    show_block(played.reference.source)


def show_plays(played: Played) -> None:
    """Print what a test asked, beside what the reference answers."""
    mine = played.mine.plays if played.mine else []
    count = max(len(mine), len(played.reference.plays))
    for i in range(count):
        wanted = played.reference.plays[i : i + 1]
        seen = mine[i : i + 1]
        asked = (seen or wanted)[0]
        said = _("question {number} of {total}: {scenario}").format(
            number=i + 1, total=count, scenario=asked.scenario
        )
        print_plain(f"  {said}", "bold")
        for value in asked.inputs:
            print_plain(f"    {_('input'):<10} {value}")
        for play in seen:
            show_answer(_("answer"), play)
            if play.printed.strip():
                print_plain(f"    {_('printed')}")
                show_block(play.printed, 6)
        for play in wanted:
            show_answer(_("reference"), play)
    if played.mine and len(mine) < len(played.reference.plays):
        said = _("the test ended there; what follows was not asked")
        print_plain(f"  {said}", "dim")


def show_answer(name: str, play: Play) -> None:
    """Print what came back."""
    first, *others = play.answer.splitlines() or [""]
    print_plain(f"    {name:<10} {first}")
    for line in others:
        print_plain(f"               {line}")


def show_block(text: str, indent: int = 4) -> None:
    """Print text as it stands, moved to the right."""
    for line in text.rstrip().splitlines():
        print_plain(f"{' ' * indent}{line}")
