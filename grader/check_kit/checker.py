"""Grade stubs, solutions and variants, and judge the grader by the result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from grader.check_kit.adversaries import make_adversaries
from grader.check_kit.causes import check_causes, says
from grader.check_kit.counts import check_counts
from grader.check_kit.independence import check_independence
from grader.check_kit.places import check_places
from grader.check_kit.variants import Variant
from grader.class_run.pool import JudgePool
from grader.judge import JudgeError
from grader.layout import Layout
from grader.scoring.message import Message
from grader.scoring.outcome import Outcome
from grader.scoring.report import (
    Report,
    first_message,
    messages_of,
    outcome_of,
    text_of,
)
from grader.scoring.score import ExerciseScore, KitFaultError, Score, score
from grader.scoring.submission import Submission
from grader.source import decode
from grader.syllabus import Exercise, Syllabus


@dataclass
class Findings:
    """What `check_kit` found."""

    problems: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    messages: Sequence[Message] = ()
    """All that was said of wrong answers."""


class Checker:
    """Grades the kit's own answers and judges the grader by them."""

    def __init__(
        self, layout: Layout, syllabus: Syllabus, pool: JudgePool, seed: str
    ) -> None:
        """Take warm judges and the seed of all random inputs."""
        self.layout = layout
        self.syllabus = syllabus
        self.pool = pool
        self.seed = seed
        self.told: dict[str, Message] = {}
        """What was said first of each wrong variant, by its name."""
        self.messages: list[Message] = []
        """All that was said of them."""
        self.solutions = {
            topic.id: (layout.solutions / f"{topic.id}.py").read_bytes()
            for topic in syllabus.topics
        }

    def grade(
        self, name: str, sources: dict[str, bytes], exercises: Collection[str]
    ) -> tuple[Score, Report]:
        """Return score and report for an answer to some exercises.

        Raises:
            KitFaultError: a test failed to run.
        """
        submission = Submission(name, sources)
        report = self.pool.grade(submission, self.seed, exercises)
        manifest = self.pool.manifest.only(exercises)
        try:
            return score(name, report, manifest, self.syllabus), report
        except KitFaultError as error:
            raise KitFaultError("{name}: {error}", name=name, error=error) from error

    def check_stubs(self, exercises: Collection[str]) -> Iterator[str]:
        """Yield the tests in which a stub is not told to be not started."""
        stubs = {
            topic: (self.layout.exercises / f"{topic}.py").read_bytes()
            for topic in self.solutions
        }
        _, report = self.grade("the stubs", stubs, exercises)
        for test in report["tests"]:
            outcome = outcome_of(test)
            if outcome not in (Outcome.NOT_STARTED, Outcome.NO_GPU):
                yield f"stub: {test['nodeid']} is {outcome}: {text_of(test)}"

    def check_solutions(self, exercises: Collection[str]) -> Iterator[str]:
        """Yield what the solutions do not pass."""
        result, report = self.grade("the solutions", self.solutions, exercises)
        yield from lost_points("solution", result, report)

    def check_variant(self, variant: Variant) -> Iterator[str]:
        """Yield what is wrong about how a variant is judged."""
        exercise = variant.exercise
        source = self.solutions[exercise.topic] + b"\n\n" + variant.source.encode()
        sources = {exercise.topic: source}
        result, report = self.grade(variant.name, sources, {exercise.id})
        if variant.right:
            yield from lost_points(variant.name, result, report)
            return
        (mine,) = result.exercises
        if not is_short(mine):
            yield f"{variant.name}: not caught"
        messages = messages_of(report)
        if said := first_message(mine.outcomes, messages):
            self.told[variant.name] = said
        self.messages += messages.values()
        texts = [m.render(str) for m in messages.values()]
        if not any(says(variant, text) for text in texts):
            shown = "\n".join(texts) or "nothing"
            yield f"{variant.name}: no message says {variant.says!r}, but:\n{shown}"

    def check_adversaries(self, exercise: Exercise) -> Iterator[str]:
        """Yield the answers without work that earn points."""
        solution = self.solutions[exercise.topic]
        for adversary in make_adversaries(exercise, decode(solution)):
            source = solution + b"\n\n" + adversary.source.encode()
            sources = {exercise.topic: source}
            result, _ = self.grade(adversary.name, sources, {exercise.id})
            if result.total:
                yield f"{adversary.name} earns {result.total:g} of {result.max:g}"


def is_short(exercise: ExerciseScore) -> bool:
    """Say whether points are lost that a GPU could not decide."""
    return exercise.points + exercise.open < exercise.max


def lost_points(name: str, result: Score, report: Report) -> Iterator[str]:
    """Yield the exercises in which a right answer loses points."""
    for exercise in result.exercises:
        if is_short(exercise):
            said = first_message(exercise.outcomes, messages_of(report))
            message = said.render(str) if said else "no message"
            yield f"{name}: {exercise.exercise} loses points: {message}"


def check_all(
    hidden: Checker,
    visible: Checker,
    variants: list[Variant],
    *,
    jobs: int,
    progress: Callable[[int, int], None],
    part: Syllabus,
) -> Findings:
    """Check the tests of a part of the registry, by all answers that are known.

    Calls `progress(done, total)` after each step.
    """
    found = Findings()
    syllabus = hidden.syllabus
    found.problems += check_counts(
        part, hidden.pool.manifest, visible.pool.manifest, variants
    )
    found.problems += check_places(hidden.pool.manifest)
    texts = {topic: decode(source) for topic, source in hidden.solutions.items()}
    found.problems += check_independence(syllabus, texts, variants)
    right = [v for v in variants if v.right]
    tasks: list[Callable[[], Iterator[str]]] = [
        *(partial(c.check_stubs, part.exercises) for c in (hidden, visible)),
        *(partial(c.check_solutions, part.exercises) for c in (hidden, visible)),
        *(lambda v=v: hidden.check_variant(v) for v in variants),
        *(lambda v=v: visible.check_variant(v) for v in right),
        *(partial(hidden.check_adversaries, e) for e in part.exercises.values()),
    ]

    def run(task: Callable[[], Iterator[str]]) -> list[str]:
        try:
            return list(task())
        except (KitFaultError, JudgeError) as error:
            return [str(error)]

    with ThreadPoolExecutor(jobs) as threads:
        for done, problems in enumerate(threads.map(run, tasks), 1):
            found.problems += problems
            progress(done, len(tasks))
    found.messages = hidden.messages
    wrong = [v for v in variants if not v.right]
    found.problems += check_causes(wrong, hidden.told)
    found.counts = Counter(
        exercises=len(syllabus.exercises),
        hidden_tests=len(hidden.pool.manifest.checks),
        visible_tests=len(visible.pool.manifest.checks),
        right_variants=len(right),
        wrong_variants=len(wrong),
    )
    return found
