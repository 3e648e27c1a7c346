"""The verb override: a person has the last word on points."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from grader.audit.recount import Recount
from grader.cli.screen import print_plain
from grader.errors import hint_at
from grader.exports.results import to_results
from grader.identity import same_student
from grader.policy.overrides import EVERYBODY, Override, OverrideError, Overrides
from grader.results.override_file import FILE
from grader.results.result import Result
from grader.scoring.score import ExerciseScore
from grader.speech import _


def override(
    names: Annotated[
        list[str],
        typer.Argument(metavar="[STUDENT] EXERCISE", help="Without STUDENT for --all."),
    ],
    points: Annotated[
        float | None, typer.Option(min=0, help="In place of what the tests give.")
    ] = None,
    drop: Annotated[
        str,
        typer.Option(metavar="TEST", help="A test function that is not to count."),
    ] = "",
    reason: Annotated[str, typer.Option(help="Why; the student reads it.")] = "",
    everybody: Annotated[
        bool, typer.Option("--all", help="For all students of the class.")
    ] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="Take back what was decided on it.")
    ] = False,
    by: Annotated[
        str, typer.Option(help="Who decides.", show_default="who is logged in")
    ] = "",
    grades: Annotated[
        Path, typer.Option("--grades", help="Folder that grade wrote.")
    ] = Path("grades"),
) -> None:
    """Give points by hand, or leave a test out; scores and table follow at once.

    It is kept in overrides.toml of that folder, goes before the tests at every later
    run, and stands in every table, page and export with its reason.
    """
    student, name = who_and_what(names, everybody=everybody)
    recount = Recount.of(grades)
    (exercise,) = recount.syllabus.only(name).exercises
    before = {r.student: made_of(r, exercise) for r in to_results(recount.scores)}
    student = find_student(student, before)
    if undo:
        decided = taken_back(recount, student, exercise)
    else:
        entry = Override(
            student,
            exercise,
            reason,
            by or getpass.getuser(),
            datetime.now(UTC).replace(microsecond=0),
            points,
            drop,
            automatic_of(recount, student, exercise),
        )
        check(entry, recount)
        decided = recount.overrides.and_now(entry)
    for result in recount.decide(decided):
        show_change(result.student, before[result.student], made_of(result, exercise))
    said = _("{path}, scores.json and scores.csv written")
    print_plain(said.format(path=grades / FILE))


def taken_back(recount: Recount, student: str, exercise: str) -> Overrides:
    """Return the decisions without those on a student's exercise.

    Raises:
        OverrideError: there are none.
    """
    decided = recount.overrides.without(student, exercise)
    if decided == recount.overrides:
        raise OverrideError(
            "nothing was decided on {exercise} of {student}"
            if student
            else "nothing was decided on {exercise} of everybody",
            exercise=exercise,
            student=student,
        )
    return decided


def who_and_what(names: list[str], *, everybody: bool) -> tuple[str, str]:
    """Return the student, if it is one, and the exercise."""
    match names, everybody:
        case [student, exercise], False:
            return student, exercise
        case [exercise], True:
            return EVERYBODY, exercise
    raise OverrideError("name STUDENT and EXERCISE, or --all and EXERCISE alone")


def find_student(student: str, known: dict[str, ExerciseScore | None]) -> str:
    """Return a student's name as the scores have it."""
    if student == EVERYBODY:
        return student
    found = [name for name in known if same_student(name) == same_student(student)]
    if not found:
        raise OverrideError(
            "{student!r} is not in the scores. {hint}",
            student=student,
            hint=hint_at(student, known),
        )
    if known[found[0]] is None:
        raise OverrideError(
            "{student} has no score: see why in scores.csv, and grade again first",
            student=found[0],
        )
    return found[0]


def made_of(result: Result, exercise: str) -> ExerciseScore | None:
    """Return a student's points of an exercise; None where there is no score."""
    exercises = result.score.exercises if result.score else ()
    return next((e for e in exercises if e.exercise == exercise), None)


def automatic_of(recount: Recount, student: str, exercise: str) -> float | None:
    """Return what the tests give one student."""
    if student == EVERYBODY:
        return None
    made = recount.automatic(student, recount.report(student))
    return next(e.points for e in made.exercises if e.exercise == exercise)


def check(entry: Override, recount: Recount) -> None:
    """Refuse a decision that says too little or too much.

    Raises:
        OverrideError: it does.
    """
    if (entry.points is None) is not bool(entry.drop):
        raise OverrideError("say --points N, or --drop TEST: one of them")
    if not entry.reason.strip():
        raise OverrideError("say why, with --reason: the student reads it, too")
    exercise = recount.syllabus.exercises[entry.exercise]
    most = exercise.points + exercise.cuda_points
    if entry.points is not None and entry.points > most:
        raise OverrideError(
            "{exercise} has {points} points at most",
            exercise=entry.exercise,
            points=most,
        )
    tests = {check.name for check in recount.manifest.by_exercise[entry.exercise]}
    if entry.drop and entry.drop not in tests:
        raise OverrideError(
            "{test!r} is no test of {exercise}. {hint}",
            test=entry.drop,
            exercise=entry.exercise,
            hint=hint_at(entry.drop, sorted(tests)),
        )
    old = {o.drop for o in recount.overrides.entries if o.exercise == entry.exercise}
    if entry.drop and tests <= old | {entry.drop}:
        raise OverrideError(
            "no test of {exercise} is left: give --points", exercise=entry.exercise
        )


def show_change(
    student: str, before: ExerciseScore | None, after: ExerciseScore | None
) -> None:
    """Say what became of a student's points, if they are not as they were."""
    if before and after and before.points != after.points:
        said = _("{student}: {exercise} {before:g} → {after:g} of {most:g}")
        print_plain(
            said.format(
                student=student,
                exercise=after.exercise,
                before=before.points,
                after=after.points,
                most=after.max,
            )
        )
