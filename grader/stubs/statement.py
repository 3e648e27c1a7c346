"""What an exercise asks for, in Markdown: from its docstrings and the registry."""

from __future__ import annotations

import re
from collections.abc import Mapping

from grader.speech import ENGLISH, _, several, spoken
from grader.stubs.docstring import Block, fill, read_blocks, spoken_docstring
from grader.syllabus import Exercise, Topic

_ENTRY = re.compile(r"^(\w+): ")


def make_title(topic: Topic, docstring: str, picture: str, first: Exercise) -> str:
    """Return the head of a topic's notebook, whose first exercise is `first`."""
    guide = _(
        "Write your answer in place of `raise NotStarted` and run the cell; the cell "
        "below it checks your work. You may add cells: from those, the imports, "
        "functions, classes and assignments are graded with your answers. Hand in this "
        "notebook under its own name."
    )
    desk = _(
        'In a cell of your own, `hint("{symbol}")` gives one further hint, '
        '`solution("{symbol}")` shows the reference once yours passes, and '
        "`progress()` says how far you are."
    ).format(symbol=first.symbols[0])
    said = spoken_docstring(docstring, 0)
    blocks = [f"# {_(topic.title)}", said, picture, fill(guide), fill(desk)]
    return "\n\n".join(block for block in blocks if block)


def make_statement(exercise: Exercise, docstrings: Mapping[str, str], book: str) -> str:
    """Return title, contract and place in the book of one exercise.

    Args:
        exercise: which one.
        docstrings: of its symbols, by name, without indentation.
        book: address of the topic's page.
    """
    blocks = [f"## {exercise.symbols[0]}: {_(exercise.title)}"]
    for symbol in exercise.symbols:
        if len(exercise.symbols) > 1:
            blocks.append(f"### {symbol}")
        blocks += map(to_markdown, read_blocks(docstrings[symbol]))
    return "\n\n".join([*blocks, describe(exercise, book)])


def describe(exercise: Exercise, book: str) -> str:
    """Return what an exercise is worth, how long it takes, and where to read on."""
    points = exercise.points + exercise.cuda_points
    facts = [several("{n} point", "{n} points", points)]
    if exercise.cuda_points:
        facts.append(_("{n} of them with a GPU").format(n=exercise.cuda_points))
    facts.append(_("about {n} minutes").format(n=exercise.minutes))
    if exercise.needs:
        names = [needed.partition(".")[2] for needed in exercise.needs]
        facts.append(_("after {names}").format(names=_(" and ").join(names)))
    section = _(exercise.section)
    where = section if exercise.page else f"“{section}”"
    link = f"[{where}]({_(exercise.page or book)})"
    facts.append(_("read {link}").format(link=link))
    return f"*{', '.join(facts)}*"


def to_markdown(block: Block) -> str:
    """Return one part of a docstring as Markdown."""
    said = block.spoken() if spoken() != ENGLISH else block
    body = "\n".join(said.lines)
    if block.heading == "Example":
        return f"```python\n{body}\n```"
    if block.has_entries:
        entries = [_ENTRY.sub(r"- `\1`: ", entry) for entry in split_entries(body)]
        return "\n".join([f"**{said.heading}:**", "", *entries])
    return f"**{said.heading}:** {body}" if block.heading else body


def split_entries(body: str) -> list[str]:
    """Return the entries of a list whose continued lines are indented."""
    return re.split(r"\n(?! )", body)
