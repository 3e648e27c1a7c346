"""Read one submission: choose a file per topic, check it, say what is amiss."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath

from grader.intake.answers import Symbols
from grader.intake.candidate import Candidate, MissingError, SubmissionError, UnfitError
from grader.intake.choose import MAX_FITTING, Choice, count, find_topic
from grader.intake.entry import DiskEntry
from grader.intake.find import SubmissionSource
from grader.intake.module_source import read_module
from grader.intake.names import meant_for
from grader.intake.nested import Opened, unpacked
from grader.scoring.submission import Submission

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
            f"{origin.path.name} and {others} are of one student: keep one of them"
        )
    if origin.problem:
        raise SubmissionError(origin.problem)
    source = origin.source or DiskEntry(origin.path)
    choice = Choice(topics, max_source, origin.take, origin.renames)
    with source.listing() as files, unpacked(files) as opened:
        submission = choose(origin.student, opened, choice)
    return replace(submission, notes=(*origin.notes, *submission.notes))


def choose(student: str, opened: Opened, choice: Choice) -> Submission:
    """Take the file of each topic from a submission's files.

    Raises:
        SubmissionError: no topic has a file that can be read.
    """
    sources: dict[str, bytes] = {}
    problems: dict[str, str] = {}
    notes: list[str] = list(opened.problems)
    missing: set[str] = set()
    others = strangers(opened.files, choice)
    for topic in choice.topics:
        try:
            found = find_topic(topic, opened.files, choice)
            sources[topic] = found.module.source
            notes += found.notes
        except MissingError as error:
            hints = [*opened.problems, *elsewhere(topic, others, choice)]
            problems[topic] = " ".join([str(error), *hints])
            if not hints:
                missing.add(topic)
        except UnfitError as error:
            problems[topic] = str(error)
    if not sources:
        told = [why for topic, why in problems.items() if topic not in missing]
        raise SubmissionError(" ".join(told) or nothing_found(opened.files, choice))
    if names := sorted({file.name for file in others}):
        notes.append(f"not graded: {', '.join(names[:MAX_NAMES])}")
    return Submission(student, sources, problems, frozenset(missing), tuple(notes))


def strangers(files: Sequence[Candidate], choice: Choice) -> list[Candidate]:
    """Return the modules and notebooks that are no topic's."""
    renamed = {name for name in choice.renames.values() if name}
    return [
        file
        for file in files
        if file.is_work
        and file.name != "__init__.py"
        and meant_for(file.name, choice.topics) is None
        and not renamed & {file.name, file.path}
    ]


def elsewhere(topic: str, others: Sequence[Candidate], choice: Choice) -> Iterator[str]:
    """Yield where a topic's work may lie, though a file's name says nothing of it."""
    if not choice.topics[topic]:
        return
    for file in others[:MAX_FITTING]:
        with contextlib.suppress(UnfitError, SubmissionError):
            found = read_module(file, topic, choice.max_source, choice.topics[topic])
            if found.answers:
                yield (
                    f"{file.path} answers {count(found.answers)} of it: name it {topic}"
                    f"{PurePath(file.name).suffix}."
                )


def nothing_found(files: Sequence[Candidate], choice: Choice) -> str:
    """Return why a submission is not graded in which no file is a topic's."""
    names = sorted({file.name for file in files if not file.name.startswith(".")})
    more = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
    held = f"it holds {', '.join(names[:MAX_NAMES])}{more}" if names else "it is empty"
    first = next(iter(choice.topics))
    return (
        f"no file of the assignment is found: {held}. It needs files such as "
        f"{first}.py or {first}.ipynb; --renames FILE says which file is which topic's"
    )
