"""What the reports of a class say of its exercises, gathered student by student.

One report is in memory at a time: a class of a thousand leaves counts behind it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from grader.policy import NO_RULES, Policy
from grader.report.late import Late, find_late
from grader.report.over_time import OverTime, over_time
from grader.report.statistics import Item, describe_item
from grader.results.result import Result, Status
from grader.scoring.message import Message
from grader.scoring.outcome import Outcome
from grader.scoring.score import ExerciseScore, Score
from grader.syllabus import Exercise, Syllabus
from grader.words import Words

Key = tuple[str, str]
SHOWN = 10
"""Slips of the whole class that are shown."""


def name_of(words: Words | None) -> str:
    """Return what two texts have in common that differ in their values alone."""
    return "" if words is None else words if isinstance(words, str) else words.template


@dataclass
class Slip:
    """One way to be wrong in an exercise: the same fault and cause in many answers."""

    exercise: str
    message: Message
    """The first that was seen, as an example."""
    students: set[str] = field(default_factory=set)
    first_of: set[str] = field(default_factory=set)
    """Those to whom it was the first thing said of the exercise."""

    @property
    def named(self) -> bool:
        """Say whether the message names what is behind it."""
        return self.message.cause is not None


class ExerciseData:
    """Points, outcomes and slips of one exercise, over all who count."""

    def __init__(self, exercise: Exercise) -> None:
        """Take the exercise."""
        self.exercise = exercise
        self.made: dict[str, ExerciseScore] = {}
        """By student; those who did not hand the topic in are not among them."""
        self.others: dict[str, float] = {}
        """Points of all other exercises, by student."""
        self.passed: Counter[str] = Counter()
        self.judged: Counter[str] = Counter()
        """How many of each test's outcomes were judged, by its name."""
        self.states: Counter[str] = Counter()
        """How many are how far."""
        self.slips: dict[Key, Slip] = {}

    def add(
        self,
        student: str,
        made: ExerciseScore,
        rest: float,
        said: Mapping[str, Message],
    ) -> None:
        """Take one student's points and messages."""
        self.made[student] = replace(made, outcomes={})  # which are counted here
        self.others[student] = rest
        self.states[state_of(made)] += 1
        first = True
        for nodeid, outcome in made.outcomes.items():
            if outcome is Outcome.NO_GPU:
                continue
            self.judged[nodeid] += 1
            self.passed[nodeid] += outcome is Outcome.PASSED
            if outcome in (Outcome.NOT_STARTED, Outcome.NO_IMPORT):
                continue
            if message := said.get(nodeid):
                key = name_of(message.fault), name_of(message.cause)
                slip = self.slips.setdefault(key, Slip(made.exercise, message))
                slip.students.add(student)
                if first:
                    slip.first_of.add(student)
                first = False

    @cached_property
    def shares(self) -> dict[str, float]:
        """Return each student's share of the points that could be had, 0 to 1."""
        return {
            student: made.points / (made.max - made.open)
            for student, made in self.made.items()
            if made.max > made.open
        }

    @cached_property
    def item(self) -> Item:
        """Return the indices."""
        students = list(self.shares)
        shares = [self.shares[s] for s in students]
        return describe_item(shares, [self.others[s] for s in students])

    @property
    def not_started(self) -> int:
        """Return how many left the stub as it was."""
        return self.states["untouched"]

    def slips_by_reach(self, *, named: bool) -> list[Slip]:
        """Return those that a cause names, or the others, the widest spread first."""
        chosen = [slip for slip in self.slips.values() if slip.named is named]
        return sorted(chosen, key=lambda s: (-len(s.first_of), -len(s.students)))

    @property
    def tests(self) -> list[tuple[str, int, int]]:
        """Return each test's name, how often it passed, and of how many."""
        return [
            (nodeid.rpartition("::")[2], self.passed[nodeid], n)
            for nodeid, n in self.judged.items()
        ]


def state_of(made: ExerciseScore) -> str:
    """Return how far an exercise is: done, partly, wrong, untouched or unheard."""
    outcomes = set(made.outcomes.values()) - {Outcome.NO_GPU}
    if made.points >= made.max - made.open:
        return "done"
    if made.points:
        return "partly"
    if outcomes <= {Outcome.NOT_STARTED}:
        return "untouched"
    return "unheard" if outcomes <= {Outcome.NO_IMPORT} else "wrong"


class ClassData:
    """A class as its pages show it."""

    def __init__(self, syllabus: Syllabus, policy: Policy = NO_RULES) -> None:
        """Take what the class was graded in, and the course's rules."""
        self.syllabus, self.policy = syllabus, policy
        self.results: list[Result] = []
        self.late: list[Late] = []
        self.over_time: list[OverTime] = []
        """Of those of whom several attempts were graded."""
        self.states: dict[str, dict[str, str]] = {}
        """By student and exercise; of those who have a score."""
        self.exercises = {
            name: ExerciseData(exercise)
            for name, exercise in syllabus.exercises.items()
        }

    def add(
        self,
        result: Result,
        score: Score | None,
        said: Mapping[str, Message],
        absent: Iterable[str] = (),
    ) -> None:
        """Take a student's result.

        Args:
            result: as it stands in the scores.
            score: with the outcomes of tests; None where there is no score.
            said: messages by test.
            absent: topics of which nothing was handed in.
        """
        if found := over_time(result):
            self.over_time.append(found)
        self.results.append(replace(result, attempts=()))
        self.late += find_late(result, self.policy)
        if score is None:
            return
        there = [e for e in score.exercises if e.topic not in set(absent)]
        total = sum(e.points for e in there)
        self.states[result.student] = {
            e.exercise: "absent" for e in score.exercises
        } | {e.exercise: state_of(e) for e in there}
        for made in there:
            rest = total - made.points
            self.exercises[made.exercise].add(result.student, made, rest, said)

    @property
    def graded(self) -> Sequence[Result]:
        """Return those who have a score."""
        return [r for r in self.results if r.status is Status.GRADED and r.score]

    @property
    def slips(self) -> list[Slip]:
        """Return the most common slips of the class, by exercise and cause."""
        found = [s for data in self.exercises.values() for s in data.slips.values()]
        found = [slip for slip in found if slip.first_of]
        return sorted(found, key=lambda s: -len(s.first_of))[:SHOWN]

    def ranked(self, index: str, *, least: bool) -> list[ExerciseData]:
        """Return the exercises with the least or largest of an index that is known."""
        known = [
            (getattr(data.item, index), data)
            for data in self.exercises.values()
            if getattr(data.item, index) is not None
        ]
        known.sort(key=lambda pair: pair[0], reverse=not least)
        return [data for _, data in known[:5]]

    def count_states(self) -> Mapping[str, Counter[str]]:
        """Return how many are how far, by topic."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for states in self.states.values():
            for exercise, state in states.items():
                found[exercise.partition(".")[0]][state] += 1
        return found
