"""The reference beside the student's own code, once an exercise passes.

In a handout, references are encoded. That is a courtesy, so that nobody reads one by
accident; it keeps no secret from somebody who wants to know.
"""

from __future__ import annotations

import ast
import base64
import binascii
import difflib
import json
import zlib
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from grader.layout import Layout
from grader.source import read_source
from grader.speech import translate
from grader.student import StudentError
from grader.student.code import Code, is_documented, read_code
from grader.student.work import read_stub
from grader.syllabus import Exercise, Syllabus
from grader.tables import TableReader, read_document

SUFFIX = ".txt"


@dataclass(frozen=True)
class Reference:
    """What an exercise's solution looks like, and why."""

    code: str
    why: str


def excerpt(code: Code, exercise: Exercise, given: Collection[str]) -> str:
    """Return the code of an exercise with its own helpers, without docstrings.

    Args:
        code: the whole file.
        exercise: what to look for.
        given: names that belong to other exercises, or were handed out.
    """
    hidden = docstring_lines(code.text)
    lines = code.text.splitlines()
    stop = set(given) - set(exercise.symbols)
    parts = [
        "\n".join(
            lines[number - 1]
            for number in range(statement.first, statement.last + 1)
            if number not in hidden
        )
        for statement in code.reached_from(exercise.symbols, stop=stop)
        if statement.names and not statement.is_import
    ]
    return "\n\n\n".join(parts) + "\n"


def docstring_lines(text: str) -> set[int]:
    """Return the numbers of the lines of all docstrings, with a blank one behind."""
    lines = text.splitlines()
    hidden: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if is_documented(node):
            first, last = node.body[0].lineno, node.body[0].end_lineno or 0
            blank = last < len(lines) and not lines[last].strip()
            hidden |= set(range(first, last + 1 + blank))
    return hidden


def differ(mine: str, reference: str) -> list[str]:
    """Return the lines of a diff from one's own code to the reference."""
    names = ("yours", "reference")
    return list(
        difflib.unified_diff(
            mine.splitlines(), reference.splitlines(), *names, lineterm=""
        )
    )


def encode(reference: Reference) -> bytes:
    """Return a reference as it lies in a handout."""
    data = json.dumps(asdict(reference)).encode()
    return base64.encodebytes(zlib.compress(data, 9))


def decode(data: bytes) -> Reference:
    """Return what `encode` was given.

    Raises:
        StudentError: it is something else.
    """
    try:
        fields = json.loads(zlib.decompress(base64.b64decode(data)))
        return Reference(str(fields["code"]), str(fields["why"]))
    except (binascii.Error, zlib.error, ValueError, KeyError, TypeError) as error:
        raise StudentError(
            "the reference is damaged: unpack the handout anew"
        ) from error


def has_references(layout: Layout) -> bool:
    """Say whether there are references here at all."""
    return layout.solutions.exists() or layout.references.exists()


def read_reference(layout: Layout, syllabus: Syllabus, exercise: Exercise) -> Reference:
    """Return the reference of an exercise.

    Raises:
        StudentError: there is none here.
    """
    if layout.solutions.exists():
        return make_references(layout, syllabus)[exercise.id]
    path = layout.references / f"{exercise.id}{SUFFIX}"
    try:
        return decode(path.read_bytes())
    except OSError as error:
        raise StudentError(
            "{name} has no reference here: your instructor left them "
            "out of this handout.",
            name=exercise.symbols[0],
        ) from error


def make_references(layout: Layout, syllabus: Syllabus) -> dict[str, Reference]:
    """Return the references of all exercises, made from solutions/.

    Raises:
        StudentError: an exercise has no paragraph on why, or one too many.
    """
    whys = read_whys(layout.solutions / "why.toml", syllabus)
    made = {}
    for topic in syllabus.topics:
        path = layout.solutions / f"{topic.id}.py"
        code = read_code(read_source(path, StudentError))
        given = read_code(read_stub(layout, topic)).names
        for exercise in topic.exercises:
            text = excerpt(code, exercise, given)
            made[exercise.id] = Reference(text, translate(whys[exercise.id]))
    return made


def read_whys(path: Path, syllabus: Syllabus) -> Mapping[str, str]:
    """Return the paragraph on why of each exercise.

    Raises:
        StudentError: one is missing, or is of no exercise.
    """
    reader = TableReader(str(path), StudentError)
    tables = reader.parse(read_document(path, StudentError))
    whys = {
        f"{topic}.{symbol}": " ".join(text.split())
        for topic, table in tables.items()
        for symbol, text in table.items()
    }
    for name in sorted(whys.keys() ^ syllabus.exercises.keys()):
        if name in syllabus.exercises:
            raise StudentError("{path}: lacks {name}", path=path, name=name)
        raise StudentError("{path}: has an unknown entry {name}", path=path, name=name)
    return whys
