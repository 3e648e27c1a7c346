"""What a notebook shows of a student's desk, in Markdown."""

from __future__ import annotations

import re

from grader.speech import _
from grader.student.choice import following
from grader.student.progress import bar, duration, measure, required
from grader.student.reference import Reference, differ
from grader.student.workspace import Workspace
from grader.syllabus import Exercise
from grader.words import render

BAR = 20


class Shown:
    """Text that a notebook shows as Markdown."""

    def __init__(self, *blocks: str) -> None:
        """Take the parts; empty ones are left out."""
        self.text = "\n\n".join(block for block in blocks if block)

    def _repr_markdown_(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text


def show_hints(workspace: Workspace, exercise: Exercise, asked: int) -> Shown:
    """Return the hints of an exercise up to the one that is asked for."""
    hints = [
        f"{number}. {plain(_(text))}"
        for number, text in enumerate(exercise.hints[:asked], 1)
    ]
    more = ""
    if asked > len(exercise.hints):
        more = f"{_('There is no further hint. Read on:')} {link(workspace, exercise)}"
    elif asked < len(exercise.hints):
        call = f'`hint("{exercise.symbols[0]}")`'
        more = _("One more: {call}").format(call=call)
    return Shown(title(exercise), "\n".join(hints), more)


def show_solution(exercise: Exercise, mine: str, reference: Reference) -> Shown:
    """Return the reference beside one's own code, and why it is as it is."""
    if mine == reference.code:
        beside = _("Yours is the reference, word for word.")
    else:
        beside = "\n".join(["```diff", *differ(mine, reference.code), "```"])
    return Shown(title(exercise), beside, reference.why)


def show_progress(workspace: Workspace) -> Shown:
    """Return a row per topic, and what comes next."""
    statuses = workspace.statuses()
    rows = ["| | | |", "|---|---|---|"]
    for topic in workspace.syllabus.topics:
        found = measure(topic.exercises, statuses)
        count = _("{passed} of {total}").format(**vars(found))
        left = _("{time} left").format(time=duration(found.minutes_left))
        rows.append(
            f"| {_(topic.title)} | `{''.join(bar(found, BAR))}` {count} | "
            f"{left if found.minutes_left else _('done')} |"
        )
    needed = required(workspace.syllabus, statuses)
    counted = _(
        "Required: {passed} of {total} exercises pass, about {time} left."
    ).format(**vars(needed), time=duration(needed.minutes_left))
    exercise = following(workspace.syllabus, workspace.passes)
    goal = _("Every exercise passes.")
    if exercise is not None:
        goal = _("Next: {name}. Read {place}").format(
            name=title(exercise), place=link(workspace, exercise)
        )
    return Shown("\n".join(rows), counted, goal)


def title(exercise: Exercise) -> str:
    """Return an exercise's name and title."""
    return f"**{exercise.symbols[0]}: {_(exercise.title)}**"


def plain(text: str) -> str:
    """Return text in which Markdown sees no marks."""
    return re.sub(r"([\\`*_\[\]<>])", r"\\\1", text)


def link(workspace: Workspace, exercise: Exercise) -> str:
    """Return the link that opens what to read."""
    syllabus = workspace.syllabus
    return f"[{render(syllabus.read_on(exercise))}]({syllabus.address(exercise)})"
