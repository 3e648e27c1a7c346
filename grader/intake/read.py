"""Read one submission: choose a file per topic, check it, say what is amiss."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from grader.intake.answers import Symbols
from grader.intake.candidate import Candidate, MissingError, SubmissionError, UnfitError
from grader.intake.choose import Choice, Found, find_topic, holds_work, strangers
from grader.intake.entry import DiskEntry
from grader.intake.find import SubmissionSource
from grader.intake.nested import Opened, unpacked
from grader.scoring.submission import Submission
from grader.speech import _
from grader.text import one_line
from grader.words import Words, render, say, together

MAX_SOURCE = 1 << 20  # bytes
MAX_NAMES = 5


def read_submission(
    origin: SubmissionSource,
    topics: Mapping[str, Symbols],
    max_source: int = MAX_SOURCE,
) -> Submission:
    """Return a student's submission; what is amiss with a topic is noted in it.

    Args:
        origin: where its files lie.
        topics: the modules to look for, and the symbols of their exercises.
        max_source: bytes of one module, at most.

    Raises:
        SubmissionError: nothing of it can be read, or it is not clear what to grade.
    """
    if origin.clashes:
        others = ", ".join(path.name for path in origin.clashes)
        raise SubmissionError(
            "{name} and {others} are of one student: keep one of them",
            name=origin.path.name,
            others=others,
        )
    if origin.problem:
        raise SubmissionError(origin.problem)
    source = origin.source or DiskEntry(origin.path)
    choice = Choice(topics, max_source, origin.take, origin.renames)
    with source.listing() as files, unpacked(files) as opened:
        submission = choose(origin.student, opened, choice)
    notes = tuple(map(one_line, (*origin.notes, *submission.notes)))
    return replace(submission, notes=notes)


def choose(student: str, opened: Opened, choice: Choice) -> Submission:
    """Take the file of each topic from a submission's files.

    Raises:
        SubmissionError: no topic has a file that can be read.
    """
    found: dict[str, Found] = {}
    problems: dict[str, Words] = {}
    missing: set[str] = set()
    for topic in choice.topics:
        try:
            found[topic] = find_topic(topic, opened.files, choice)
        except MissingError as error:
            problems[topic] = together(error.words, *opened.problems)
            if not opened.problems:
                missing.add(topic)
        except UnfitError as error:
            problems[topic] = error.words
    if not found:
        told = [why for topic, why in problems.items() if topic not in missing]
        if told:
            raise SubmissionError(together(*told))
        raise nothing_found(opened.files, choice)
    told_already = " ".join(map(render, problems.values()))
    return Submission(
        student,
        {topic: one.module.source for topic, one in found.items()},
        problems,
        frozenset(missing),
        any(choice.topics.values()) and not any(map(holds_work, found.values())),
        (
            *(p for p in map(render, opened.problems) if p not in told_already),
            *(note for one in found.values() for note in one.notes),
            *left_over(opened.files, choice, found),
        ),
    )


def left_over(
    files: Sequence[Candidate], choice: Choice, found: Mapping[str, Found]
) -> Iterator[str]:
    """Yield which modules and notebooks are not graded, since they are no topic's."""
    taken = {one.taken.file.path for one in found.values()}
    others = {f.name for f in strangers(files, choice) if f.path not in taken}
    if others:
        names = ", ".join(sorted(others)[:MAX_NAMES])
        yield _("not graded: {names}").format(names=names)


def nothing_found(files: Sequence[Candidate], choice: Choice) -> SubmissionError:
    """Return why a submission is not graded in which no file is a topic's."""
    names = sorted({file.name for file in files if not file.name.startswith(".")})
    shown, more = ", ".join(names[:MAX_NAMES]), len(names) - MAX_NAMES
    held = say("it holds {names}", names=shown) if names else say("it is empty")
    if more > 0:
        held = say("it holds {names} and {more} more", names=shown, more=more)
    return SubmissionError(
        "no file of the assignment is found: {held}. It needs files such as {first}.py "
        "or {first}.ipynb; --renames FILE says which file is which topic's",
        held=held,
        first=next(iter(choice.topics)),
    )
