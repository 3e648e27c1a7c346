"""Read one submission: choose a file per topic, check it, say what is amiss."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

from grader.intake.candidate import Candidate, SubmissionError, UnfitError
from grader.intake.entry import DiskEntry, unpacked
from grader.intake.find import SubmissionSource
from grader.intake.notebook_source import MAX_NOTEBOOK, Module, read_notebook
from grader.scoring.submission import Submission
from grader.source import BrokenCodeError, decode

MAX_SOURCE = 1 << 20  # bytes


def read_submission(
    origin: SubmissionSource, topics: Sequence[str], max_source: int = MAX_SOURCE
) -> Submission:
    """Return a student's submission; what is amiss with a topic is noted in it.

    Args:
        origin: where its files lie.
        topics: the modules to look for.
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
    with source.listing() as files, unpacked(files) as candidates:
        submission = choose(origin.student, candidates, topics, max_source)
    return replace(submission, notes=(*origin.notes, *submission.notes))


def choose(
    student: str,
    candidates: Sequence[Candidate],
    topics: Sequence[str],
    max_source: int,
) -> Submission:
    """Take the file of each topic from a submission's files."""
    sources: dict[str, bytes] = {}
    problems: dict[str, str] = {}
    notes: list[str] = []
    wanted = {f"{topic}{suffix}" for topic in topics for suffix in (".py", ".ipynb")}
    others = [c.name for c in candidates if c.name not in wanted and c.is_work]
    for topic in topics:
        try:
            module = take(topic, candidates, others, max_source)
            sources[topic] = module.source
            notes += module.notes
        except UnfitError as error:
            problems[topic] = str(error)
    unknown = sorted({name for name in others if name != "__init__.py"})
    if unknown:
        notes.append(f"not graded: {', '.join(unknown[:5])}")
    return Submission(student, sources, problems, tuple(notes))


def take(
    topic: str, candidates: Sequence[Candidate], others: Sequence[str], max_source: int
) -> Module:
    """Return a topic's module; of a file and a notebook, the one with more work in it.

    Raises:
        UnfitError: there is neither, or neither can be graded.
    """
    names = [f"{topic}.py", f"{topic}.ipynb"]
    present = [n for n in names if any(c.name == n for c in candidates)] or names[:1]
    read: list[Module] = []
    errors: list[str] = []
    for name in present:
        try:
            found = pick([c for c in candidates if c.name == name], name, others)
            read.append(read_module(found, topic, max_source))
        except UnfitError as error:
            errors.append(str(error))
    if not read:
        raise UnfitError(" ".join(errors))
    first, *rest = sorted(read, key=lambda module: module.left)
    notes = [*errors, *first.notes]
    if rest and all(module.started for module in read):
        notes.append(f"{first.name} is graded, not {rest[0].name}, where more is left")
    return replace(first, notes=tuple(notes))


def read_module(file: Candidate, topic: str, max_source: int) -> Module:
    """Return the module that a file holds.

    Raises:
        UnfitError: it cannot be graded.
    """
    if file.is_notebook:
        return read_notebook(file.name, file.read(MAX_NOTEBOOK), topic, max_source)
    return Module(file.name, check_text(file.name, file.read(max_source)))


def pick(found: Sequence[Candidate], name: str, others: Sequence[str]) -> Candidate:
    """Return the one file of a name that lies highest.

    Raises:
        UnfitError: there is none, or more than one.
    """
    if not found:
        raise UnfitError(f"{name} is missing.{suggest(name, others)}")
    depth = min(c.depth for c in found)
    highest = [c for c in found if c.depth == depth]
    if len(highest) > 1:
        places = ", ".join(c.path for c in highest)
        raise UnfitError(f"{name} is there more than once ({places}): keep one.")
    return highest[0]


def suggest(name: str, others: Sequence[str]) -> str:
    """Return a hint at a file whose name is nearly right."""
    by_stem = {PurePath(other).stem.lower(): PurePath(other) for other in others}
    wanted = PurePath(name)
    close = difflib.get_close_matches(wanted.stem.lower(), by_stem, 1, 0.7)
    if not close:
        return ""
    found = by_stem[close[0]]
    return f" Is it {found}? Then rename it to {wanted.with_suffix(found.suffix)}."


def check_text(name: str, source: bytes) -> bytes:
    """Return `source` if Python can decode it.

    Raises:
        UnfitError: it cannot; the message names the line.
    """
    try:
        decode(source)
    except BrokenCodeError as error:
        raise UnfitError(f"{name} is {error}.") from error
    return source
