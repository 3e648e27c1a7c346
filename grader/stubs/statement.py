"""What an exercise asks for, in Markdown: from its docstrings and the registry."""

from __future__ import annotations

import re
from collections.abc import Mapping

from grader.syllabus import Exercise, Topic

_HEADING = re.compile(r"^(Shapes[\w ]*|Raises|Returns|Example): *(.*)$")
_ENTRY = re.compile(r"^(\w+): ")

_GUIDE = """\
Write your answer in place of `raise NotStarted` and run the cell; the cell below it
checks your work. You may add cells: from those, the imports, functions, classes and
assignments are graded with your answers. Hand in this notebook under its own name.

In a cell of your own, `hint("{symbol}")` gives one further hint, `solution("{symbol}")`
shows the reference once yours passes, and `progress()` says how far you are."""


def make_title(topic: Topic, docstring: str, picture: str, first: Exercise) -> str:
    """Return the head of a topic's notebook, whose first exercise is `first`."""
    guide = _GUIDE.replace("{symbol}", first.symbols[0])
    blocks = [f"# {topic.title}", docstring, picture, guide]
    return "\n\n".join(block for block in blocks if block)


def make_statement(exercise: Exercise, docstrings: Mapping[str, str], book: str) -> str:
    """Return title, contract and place in the book of one exercise.

    Args:
        exercise: which one.
        docstrings: of its symbols, by name, without indentation.
        book: address of the topic's page.
    """
    blocks = [f"## {exercise.symbols[0]}: {exercise.title}"]
    for symbol in exercise.symbols:
        if len(exercise.symbols) > 1:
            blocks.append(f"### {symbol}")
        blocks += map(to_markdown, docstrings[symbol].split("\n\n"))
    return "\n\n".join([*blocks, describe(exercise, book)])


def describe(exercise: Exercise, book: str) -> str:
    """Return what an exercise is worth, how long it takes, and where to read on."""
    points = exercise.points + exercise.cuda_points
    facts = [f"{points} point{'s' if points > 1 else ''}"]
    if exercise.cuda_points:
        facts.append(f"{exercise.cuda_points} of them with a GPU")
    facts.append(f"about {exercise.minutes} minutes")
    if exercise.needs:
        names = [needed.partition(".")[2] for needed in exercise.needs]
        facts.append(f"after {' and '.join(names)}")
    where = exercise.section if exercise.page else f"“{exercise.section}”"
    facts.append(f"read [{where}]({exercise.page or book})")
    return f"*{', '.join(facts)}*"


def to_markdown(part: str) -> str:
    """Return one part of a docstring, which holds no blank line, as Markdown."""
    first, *rest = part.split("\n")
    match = _HEADING.match(first)
    if match is None:
        return part
    name, text = match.groups()
    body = "\n".join(line.removeprefix("    ") for line in rest)
    if name == "Example":
        return f"```python\n{body}\n```"
    if name == "Raises":
        entries = [_ENTRY.sub(r"- `\1`: ", entry) for entry in split_entries(body)]
        return "\n".join(["**Raises:**", "", *entries])
    return f"**{name}:** {text or body}"


def split_entries(body: str) -> list[str]:
    """Return the entries of a list whose continued lines are indented."""
    return re.split(r"\n(?! )", body)
