"""Grade stubs, solutions and variants, and judge the grader by the result."""

from __future__ import annotations

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
from grader.speech import _, several
from grader.syllabus import Exercise, Syllabus


@dataclass
class Findings:
    """What `check_kit` found."""

    problems: list[str] = field(default_factory=list)
    counts: Sequence[str] = ()
    """How much was checked, in words."""
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
        _score, report = self.grade(_("the stubs"), stubs, exercises)
        for test in report["tests"]:
            outcome = outcome_of(test)
            if outcome not in (Outcome.NOT_STARTED, Outcome.NO_GPU):
                yield _("stub: {test} is {outcome}: {text}").format(
                    test=test["nodeid"], outcome=_(outcome), text=text_of(test)
                )

    def check_solutions(self, exercises: Collection[str]) -> Iterator[str]:
        """Yield what the solutions do not pass."""
        who = _("the solutions")
        result, report = self.grade(who, self.solutions, exercises)
        yield from lost_points(who, result, report)

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
            yield _("{name}: not caught").format(name=variant.name)
        messages = messages_of(report)
        if said := first_message(mine.outcomes, messages):
            self.told[variant.name] = said
        self.messages += messages.values()
        texts = [m.render(str) for m in messages.values()]
        if not any(says(variant, text) for text in texts):
            yield _("{name}: no message says {pattern!r}, but:\n{texts}").format(
                name=variant.name,
                pattern=variant.says,
                texts="\n".join(texts) or _("nothing"),
            )

    def check_adversaries(self, exercise: Exercise) -> Iterator[str]:
        """Yield the answers without work that earn points."""
        solution = self.solutions[exercise.topic]
        for adversary in make_adversaries(exercise, decode(solution)):
            source = solution + b"\n\n" + adversary.source.encode()
            sources = {exercise.topic: source}
            result, _report = self.grade(adversary.name, sources, {exercise.id})
            if result.total:
                yield _("{name} earns {points:g} of {most:g}").format(
                    name=adversary.name, points=result.total, most=result.max
                )


def is_short(exercise: ExerciseScore) -> bool:
    """Say whether points are lost that a GPU could not decide."""
    return exercise.points + exercise.open < exercise.max


def lost_points(name: str, result: Score, report: Report) -> Iterator[str]:
    """Yield the exercises in which a right answer loses points."""
    for exercise in result.exercises:
        if is_short(exercise):
            said = first_message(exercise.outcomes, messages_of(report))
            yield _("{name}: {exercise} loses points: {message}").format(
                name=name,
                exercise=exercise.exercise,
                message=said.render() if said else _("no message"),
            )


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
    tests = len(hidden.pool.manifest.checks), len(visible.pool.manifest.checks)
    found.counts = (
        several("{n} exercise", "{n} exercises", len(syllabus.exercises)),
        several("{n} hidden test", "{n} hidden tests", tests[0]),
        several("{n} visible test", "{n} visible tests", tests[1]),
        several("{n} right variant", "{n} right variants", len(right)),
        several("{n} wrong variant", "{n} wrong variants", len(wrong)),
    )
    return found
