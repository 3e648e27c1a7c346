"""Read one submission: choose a file per topic, check it, say what is amiss."""

from __future__ import annotations

import difflib
import io
import tokenize
from collections.abc import Sequence
from dataclasses import replace

from grader.intake.candidate import Candidate, HandinError, UnfitError
from grader.intake.find import Handin
from grader.intake.place import DiskPlace, unpacked
from grader.submission import Submission

MAX_SOURCE = 1 << 20  # bytes


def read_handin(
    handin: Handin, topics: Sequence[str], max_source: int = MAX_SOURCE
) -> Submission:
    """Return a student's submission; what is amiss with a topic is noted in it.

    Args:
        handin: where its files lie.
        topics: the modules to look for.
        max_source: bytes of one module, at most.

    Raises:
        HandinError: nothing of it can be read, or it is not clear what to grade.
    """
    if handin.clashes:
        others = ", ".join(path.name for path in handin.clashes)
        raise HandinError(
            f"{handin.path.name} and {others} are of one student: keep one of them"
        )
    if handin.problem:
        raise HandinError(handin.problem)
    source = handin.source or DiskPlace(handin.path)
    with source.listing() as files, unpacked(files) as candidates:
        submission = choose(handin.student, candidates, topics, max_source)
    return replace(submission, notes=(*handin.notes, *submission.notes))


def choose(
    student: str,
    candidates: Sequence[Candidate],
    topics: Sequence[str],
    max_source: int,
) -> Submission:
    """Take the file of each topic from a submission's files."""
    sources: dict[str, bytes] = {}
    problems: dict[str, str] = {}
    wanted = {f"{topic}.py": topic for topic in topics}
    others = [c.name for c in candidates if c.name not in wanted and c.is_python]
    for name, topic in wanted.items():
        try:
            found = pick([c for c in candidates if c.name == name], name, others)
            sources[topic] = check_text(name, found.read(max_source))
        except UnfitError as error:
            problems[topic] = str(error)
    unknown = sorted({name for name in others if name != "__init__.py"})
    notes = (f"not graded: {', '.join(unknown[:5])}",) if unknown else ()
    return Submission(student, sources, problems, notes)


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
    close = difflib.get_close_matches(
        name.lower(), [o.lower() for o in others], 1, 0.75
    )
    original = next((o for o in others if close and o.lower() == close[0]), None)
    return f" Is it {original}? Then rename it to {name}." if original else ""


def check_text(name: str, source: bytes) -> bytes:
    """Return `source` if Python can decode it.

    Raises:
        UnfitError: it cannot; the message names the line.
    """
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        source.decode(encoding)
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        byte = source[error.start]
        raise UnfitError(
            f"{name} is not UTF-8 text: line {line} holds the byte 0x{byte:02x}. "
            "Save it as UTF-8."
        ) from error
    except (SyntaxError, LookupError) as error:
        raise UnfitError(f"{name} is not UTF-8 text. Save it as UTF-8.") from error
    return source
