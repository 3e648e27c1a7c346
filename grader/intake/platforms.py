"""Recognise what a platform handed out, and find the submissions in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from grader.intake import canvas, class_folder, git, gradescope, moodle, nbgrader
from grader.intake.candidate import SubmissionError
from grader.intake.entry import Entry, open_entry
from grader.intake.find import (
    ClassFolder,
    Download,
    IntakeError,
    SubmissionSource,
    Wanted,
    merge,
)
from grader.intake.handed_in import timed
from grader.intake.roster import Roster
from grader.intake.wrapper import find_wrapper, holds_class
from grader.speech import _, mark


@dataclass(frozen=True)
class Platform:
    """A shape that submissions come in."""

    title: str
    recognises: Callable[[Entry], bool]
    find: Callable[[Entry, Wanted], Download]


PLATFORMS = {
    "gradescope": Platform(
        mark("a Gradescope export"), gradescope.recognises, gradescope.find
    ),
    "moodle": Platform(mark("a Moodle download"), moodle.recognises, moodle.find),
    "canvas": Platform(mark("a Canvas download"), canvas.recognises, canvas.find),
    "nbgrader": Platform(
        mark("nbgrader's submitted/"), nbgrader.recognises, nbgrader.find
    ),
    "git": Platform(mark("git repositories"), git.recognises, git.find),
    "folder": Platform(
        mark("a folder per student"), class_folder.recognises, class_folder.find
    ),
}
"""By name; the first that recognises a class is taken."""


def find_submissions(
    path: Path,
    platform: str = "",
    *,
    roster: Roster | None = None,
    wanted: Wanted | None = None,
    times: Roster | None = None,
) -> ClassFolder:
    """List the submissions of a class.

    Args:
        path: a folder, or a zip archive, as a platform handed it out.
        platform: the name of the shape to take; recognised if it is empty.
        roster: who takes the course; all are taken as they come if None.
        wanted: what a platform must be told beside.
        times: when students handed in, where that is known.

    Raises:
        IntakeError: the class cannot be read or holds no submission.
    """
    wanted = wanted or Wanted()
    remarks: tuple[str, ...] = ()
    if platform and platform not in PLATFORMS:
        raise IntakeError(
            "--from {platform}: known are {names}",
            platform=platform,
            names=", ".join(PLATFORMS),
        )
    step = _(
        "Name a folder with a folder or a zip per student, or what a platform gave."
    )
    if not path.exists():
        raise IntakeError(
            "{path}: No such file or directory. {step}", path=path, step=step
        )
    try:
        top = open_entry(path)
        name = platform or recognise(top)
        wrapper = find_wrapper(top) if name == "folder" and not platform else None
        if wrapper and (inner := recognise_inside(wrapper, wanted, roster)):
            name, top, remarks = inner, wrapper, (remark_on(wrapper, inner),)
        if wanted.deadline and name != "git":
            raise IntakeError(
                "{path} is {title}: --deadline chooses among commits",
                path=path,
                title=_(PLATFORMS[name].title),
            )
        found = PLATFORMS[name].find(top, wanted)
    except SubmissionError as error:
        raise IntakeError(
            "{error}. {step}", error=str(error).rstrip("."), step=step
        ) from error
    if not found.origins:
        raise IntakeError(
            "{path} holds no submission: put a folder or a zip archive for "
            "each student into it.",
            path=path,
        )
    made = chosen(timed(on_roster(name, found, roster), roster, times), wanted)
    return replace(made, remarks=remarks)


def recognise(top: Entry) -> str:
    """Return the name of the shape that a class has; of the plainest if of none."""
    known = (name for name, one in PLATFORMS.items() if one.recognises(top))
    return next(known, "folder")


def recognise_inside(wrapper: Entry, wanted: Wanted, roster: Roster | None) -> str:
    """Return the name of the shape that a class has in a folder; empty for no class."""
    name = recognise(wrapper)
    if name in ("folder", "git"):
        return name if holds_class(wrapper, wanted.topics, roster) else ""
    return name


def remark_on(wrapper: Entry, name: str) -> str:
    """Say that a class was found in a folder around it, and what reads it otherwise."""
    return _(
        "{folder}/ is around all: read as {platform} in it. If it is one student's, "
        "add --from folder"
    ).format(folder=wrapper.name, platform=_(PLATFORMS[name].title))


def on_roster(platform: str, found: Download, roster: Roster | None) -> ClassFolder:
    """Return what was found, with the roster's ids, and who is on one side only."""
    if roster is None:
        origins = merge(found.origins)
        return ClassFolder(origins, tuple(found.ignored), platform)
    named = [rename(origin, roster) for origin in found.origins]
    origins = merge(named)
    known = {student.id for student in roster.students}
    there = {origin.student for origin in origins}
    return ClassFolder(
        origins,
        tuple(found.ignored),
        platform,
        unknown=tuple(sorted(there - known)),
        missing=tuple(s for s in roster.students if s.id not in there),
    )


def chosen(found: ClassFolder, wanted: Wanted) -> ClassFolder:
    """Return a class with what decides on files, for earlier attempts too."""

    def decide(origin: SubmissionSource) -> SubmissionSource:
        return replace(
            origin,
            take=wanted.take,
            renames=wanted.renames.of(origin.student),
            earlier=tuple(decide(one) for one in origin.earlier),
        )

    students = [origin.student for origin in found.origins]
    return replace(
        found,
        origins=tuple(decide(origin) for origin in found.origins),
        unnamed=tuple(wanted.renames.strangers(students)),
    )


def rename(origin: SubmissionSource, roster: Roster) -> SubmissionSource:
    """Return a submission under the roster's id, if the roster knows the student."""
    student = roster.owner(origin.ids) or roster.find(origin.student)
    return replace(origin, student=student.id) if student else origin
