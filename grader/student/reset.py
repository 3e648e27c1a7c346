"""One exercise back to its stub, with everything around it left as it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import count, takewhile
from pathlib import Path

from grader.source import BrokenCodeError
from grader.student.code import Code, Statement, read_code
from grader.syllabus import Exercise

Span = tuple[int, int]
"""The first line, from 0, and the line behind the last one."""


def reset(text: str, stub: Code, exercise: Exercise) -> str:
    """Return a student's file with one exercise as it was handed out.

    In a file that is no Python, all from the exercise's first line to what follows it
    in the stub goes.
    """
    wanted = stub.defining(exercise.symbols)
    spans = {name: find_spans(text, name, stub) for s in wanted for name in s.names}
    found = [span for each in spans.values() for span in each]
    lines = text.splitlines()
    if found:
        edits = list(make_edits(stub, wanted, spans, behind=max(found)[1]))
        for (start, end), new in sorted(edits, reverse=True):
            lines[start:end] = new
    else:
        place = place_for(text, stub, wanted[-1])
        lines[place:place] = [line for s in wanted for line in (*stub.lines(s), "", "")]
    return add_imports("\n".join(lines).rstrip() + "\n", stub, wanted)


def make_edits(
    stub: Code,
    wanted: Sequence[Statement],
    spans: Mapping[str, Sequence[Span]],
    behind: int,
) -> Iterator[tuple[Span, list[str]]]:
    """Yield what to put in the place of each definition.

    A second definition of a name goes; one that is gone comes back as line `behind`.
    """
    for statement in wanted:
        first, *others = spans[min(statement.names)] or [(behind, behind)]
        new = stub.lines(statement)
        yield first, new if first[0] < first[1] else ["", "", *new]
        yield from ((span, []) for span in others)


def find_spans(text: str, name: str, stub: Code) -> list[Span]:
    """Return where a name is defined."""
    try:
        code = read_code(text)
    except BrokenCodeError:
        return search_spans(text.splitlines(), name, stub.names)
    return [(s.first - 1, s.last) for s in code.defining([name])]


def search_spans(lines: Sequence[str], name: str, names: Collection[str]) -> list[Span]:
    """Return where a name seems to be defined in a text that is no Python.

    Args:
        lines: the text.
        name: what to look for.
        names: all that are known to be bound in it.
    """
    start_of = r"(?:async\s+def|def|class)\s+{}\b".format
    bindings = "|".join(map(re.escape, sorted(names)))
    following = re.compile(rf"@|{start_of('')}|(?:{bindings})\s*[:=]")
    opening = re.compile(start_of(re.escape(name)))
    start = next((i for i, line in enumerate(lines) if opening.match(line)), None)
    if start is None:
        return []
    rest = range(start + 1, len(lines))
    end = next((i for i in rest if following.match(lines[i])), len(lines))
    while not lines[end - 1].strip():
        end -= 1
    while start and lines[start - 1].startswith("@"):
        start -= 1
    return [(start, end)]


def place_for(text: str, stub: Code, wanted: Statement) -> int:
    """Return the line for a definition that is gone: before what follows it."""
    for statement in stub.statements:
        if statement.first > wanted.first:
            for name in statement.names:
                if spans := find_spans(text, name, stub):
                    return min(spans)[0]
    return len(text.splitlines())


def add_imports(text: str, stub: Code, wanted: Sequence[Statement]) -> str:
    """Return the text with the imports that the stubs need and it lacks."""
    try:
        code = read_code(text)
    except BrokenCodeError:
        return text
    bound = {name for statement in code.statements for name in statement.names}
    needed = {name for statement in wanted for name in statement.mentions} - bound
    missing = [
        line
        for statement in stub.statements
        if statement.is_import and not statement.names.isdisjoint(needed)
        for line in stub.lines(statement)
    ]
    leading = list(takewhile(lambda s: s.is_import, code.statements))
    place = leading[-1].last if leading else code.statements[0].first - 1
    lines = text.splitlines()
    lines[place:place] = missing
    return "\n".join(lines) + "\n"


def backup_path(path: Path) -> Path:
    """Return a name that is not taken, for what a file holds now."""
    folder = path.parent / ".backups"
    names = (folder / f"{path.stem}.{number}.py" for number in count(1))
    return next(place for place in names if not place.exists())
