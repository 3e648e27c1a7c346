"""Points as a course counts them: a pure function of a score and the rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction

from grader.policy.course import OpenPoints, Policy
from grader.policy.overrides import reasons_of
from grader.scoring.score import ExerciseScore, Score, add
from grader.speech import _, several

DAY = timedelta(days=1)


@dataclass(frozen=True)
class AdjustedTopic:
    """The points of one topic, rounded to two decimals."""

    topic: str
    points: float
    open: float
    max: float


@dataclass(frozen=True)
class Adjusted:
    """The points of one submission as a course counts them, and why."""

    topics: tuple[AdjustedTopic, ...]
    reasons: tuple[str, ...] = ()
    """Why they are not the points earned; none if they are."""

    @property
    def total(self) -> float:
        """Return the points of all topics."""
        return add(t.points for t in self.topics)

    @property
    def open(self) -> float:
        """Return the points that only a GPU can decide."""
        return add(t.open for t in self.topics)

    @property
    def max(self) -> float:
        """Return the points that can be had without a bonus."""
        return add(t.max for t in self.topics)


@dataclass(frozen=True)
class Lateness:
    """What being late costs in a topic, and why."""

    percent: Fraction
    words: str
    days: int | None = None
    """Days late that have begun; 0 within the grace, None where it is not late."""


IN_TIME = Lateness(Fraction(0), "")


def adjust(
    score: Score,
    submitted_at: datetime | None,
    policy: Policy,
    student: str,
    *,
    times: Mapping[str, datetime] | None = None,
    marked_late: bool = False,
) -> Adjusted:
    """Return the points of a submission as a course counts them.

    Args:
        score: what was earned.
        submitted_at: when, with a time zone; None if unknown.
        policy: the course's rules.
        student: whose extensions to look for.
        times: when a topic was handed in, where it has a time of its own.
        marked_late: the platform calls it late, which counts where the time is unknown.
    """
    topics, said = [], []
    for name in score.topics:
        exercises = [e for e in score.exercises if e.topic == name]
        moment = (times or {}).get(name, submitted_at)
        lateness = lateness_of(name, moment, policy, student, marked_late=marked_late)
        weight = policy.weights.get(name, Fraction(1))
        factor = weight * (1 - lateness.percent / 100)
        earned, left, most = count(exercises, policy)
        topics.append(
            AdjustedTopic(
                name,
                rounded(earned * factor),
                rounded(left * factor),
                rounded(most * weight),
            )
        )
        if lateness.words:
            said.append((lateness.words, name))
        if weight != 1:
            words = _("weight {weight:g}").format(weight=float(weight))
            said.append((words, name))
    reasons = [
        *together(said, list(score.topics)),
        *exercise_reasons(score.exercises, policy),
        *reasons_of(score),
    ]
    return Adjusted(tuple(topics), tuple(reasons))


def count(
    exercises: Sequence[ExerciseScore], policy: Policy
) -> tuple[Fraction, Fraction, Fraction]:
    """Return the points earned, open, and to be had, before weight and lateness."""
    required = [e for e in exercises if e.exercise not in policy.bonus]
    earned = total(e.points for e in exercises)
    left = total(e.open for e in exercises)
    most = total(e.max for e in required)
    if policy.open is OpenPoints.FULL:
        return earned + left, Fraction(0), most
    if policy.open is OpenPoints.NONE:
        return earned, Fraction(0), most - total(e.open for e in required)
    return earned, left, most


def lateness_of(
    topic: str,
    submitted_at: datetime | None,
    policy: Policy,
    student: str,
    *,
    marked_late: bool = False,
) -> Lateness:
    """Return how late a topic was handed in.

    Args:
        topic: its id.
        submitted_at: when, with a time zone; None if unknown.
        policy: the course's rules.
        student: whose extensions to look for.
        marked_late: the platform calls it late, which counts where the time is unknown.
    """
    if submitted_at is None:
        return lateness_unknown(topic, policy, student, marked_late=marked_late)
    due = policy.due.get(topic)
    if due is None or submitted_at <= due:
        return IN_TIME
    extension = policy.extension_days(student, topic)
    late_by = submitted_at - (due + extension * DAY)
    if late_by <= timedelta(0):
        return Lateness(Fraction(0), extended(extension))
    grace = policy.late.grace_minutes
    if late_by <= timedelta(minutes=grace):
        words = _("late within the {n} minutes of grace").format(n=grace)
        return Lateness(Fraction(0), joined(words, extension), 0)
    return lateness_by(-(-late_by // DAY), policy, extension)


def lateness_unknown(
    topic: str, policy: Policy, student: str, *, marked_late: bool
) -> Lateness:
    """Return how late a topic counts whose time nobody knows."""
    if topic not in policy.due or not policy.late.percent_per_day:
        return IN_TIME
    if not marked_late:
        words = _("time of submission unknown: not counted as late")
        return Lateness(Fraction(0), words)
    extension = policy.extension_days(student, topic)
    days = max(policy.late.marked_days - extension, 0)
    if not days:
        words = _("marked late, by how much is unknown: not counted as late")
        return Lateness(Fraction(0), joined(words, extension))
    made = lateness_by(days, policy, extension)
    words = _("marked late, by how much is unknown: counted as {words}")
    return replace(made, words=words.format(words=made.words))


def lateness_by(days: int, policy: Policy, extension: int) -> Lateness:
    """Return what so many days that have begun cost, after an extension, if any."""
    percent = min(days * policy.late.percent_per_day, policy.late.max_percent)
    words = several("{n} day late", "{n} days late", days)
    if percent:
        words = f"{words}: −{float(percent):g} %"
    return Lateness(percent, joined(words, extension), days)


def joined(words: str, extension: int) -> str:
    """Return words about lateness, with the extension that did not suffice."""
    if not extension:
        return words
    said = _("{words} (after an {extension})")
    return said.format(words=words, extension=extended(extension))


def extended(extension: int) -> str:
    """Return an extension's days in words; nothing for none."""
    if not extension:
        return ""
    return several("extension of {n} day", "extension of {n} days", extension)


def together(said: Iterable[tuple[str, str]], topics: Sequence[str]) -> Iterator[str]:
    """Yield each reason once, with the topics that it holds for if not for all."""
    by_words: dict[str, list[str]] = {}
    for words, topic in said:
        by_words.setdefault(words, []).append(topic)
    for words, names in by_words.items():
        yield words if len(names) == len(topics) else f"{', '.join(names)}: {words}"


def exercise_reasons(
    exercises: Sequence[ExerciseScore], policy: Policy
) -> Iterator[str]:
    """Yield what bonus exercises and open points change."""
    bonus = add(e.points for e in exercises if e.exercise in policy.bonus)
    if bonus:
        yield _("{points:g} points of bonus exercises").format(points=bonus)
    left = add(e.open for e in exercises)
    if left and policy.open is OpenPoints.FULL:
        yield _("{points:g} points for a GPU count in full").format(points=left)
    elif left and policy.open is OpenPoints.NONE:
        yield _("{points:g} points for a GPU do not count").format(points=left)


def total(points: Iterable[float]) -> Fraction:
    """Return the exact sum of points that have two decimals."""
    return sum((Fraction(str(p)) for p in points), Fraction(0))


def rounded(points: Fraction) -> float:
    """Return points with two decimals."""
    return float(round(points, 2))
