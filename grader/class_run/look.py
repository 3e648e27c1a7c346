"""Topics that earn nothing for a reason that a person should look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from grader.scoring.message import Message
from grader.scoring.outcome import Outcome
from grader.scoring.report import Report, first_message, messages_of
from grader.scoring.score import Score
from grader.scoring.submission import Submission
from grader.speech import _
from grader.words import one_row, render

UNHEARD = {
    Outcome.NO_IMPORT,
    Outcome.KILLED,
    Outcome.TIMED_OUT,
    Outcome.BROKE_PROTOCOL,
}
"""Outcomes of tests that got no answer to judge."""


def find_look(
    submission: Submission, score: Score, report: Callable[[], Report | None]
) -> Mapping[str, str]:
    """Return why a topic's file was not heard, by topic; files not there are left out.

    Files in which nothing was done may be the wrong ones.

    Args:
        submission: what was graded.
        score: its score, with outcomes.
        report: reads its report, which takes time and is seldom needed.
    """
    unheard = {
        topic: nodeids
        for topic, nodeids in outcomes_of(score).items()
        if topic not in submission.missing and nodeids
    }
    reasons = {_("all files"): _("they hold no work")} if submission.untouched else {}
    found = report() if unheard else None
    said = {} if found is None else messages_of(found)
    for topic, nodeids in unheard.items():
        if problem := submission.problems.get(topic):
            reasons[topic] = render(problem)
        elif message := first_message(nodeids, said):
            reasons[topic] = in_a_line(message)
        else:
            silent = _("{file} gives no answer to any test.")
            reasons[topic] = silent.format(file=f"{topic}.py")
    return reasons


def outcomes_of(score: Score) -> Mapping[str, list[str]]:
    """Return the tests of each topic of which none was heard."""
    tests: dict[str, dict[str, Outcome]] = {}
    for exercise in score.exercises:
        tests.setdefault(exercise.topic, {}).update(exercise.outcomes)
    return {
        topic: list(outcomes)
        for topic, outcomes in tests.items()
        if set(outcomes.values()) - {Outcome.NO_GPU} <= UNHEARD
        and set(outcomes.values()) != {Outcome.NO_GPU}
    }


def in_a_line(message: Message) -> str:
    """Return what is wrong, what was seen and where."""
    parts = [render(message.fault)]
    parts += [render(message.got)] if message.got else []
    if message.at:
        place = _("({file}, line {line})")
        parts.append(place.format(file=message.at.file, line=message.at.number))
    return one_row(" ".join(parts))
