"""Make a topic's notebook from its solutions.

What is given stands in locked cells; each exercise has a statement, a cell for the
answer and a locked cell that checks it. With the solutions in it, every body lies in a
solution region: nbgrader's release of it is the notebook without them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from grader.stubs.docstring import spoken_docstring
from grader.stubs.grade_cells import (
    Cell,
    check_id,
    code,
    desk_id,
    grade_id,
    markdown,
    to_text,
)
from grader.stubs.module import (
    IMPORT,
    RAISE,
    Definition,
    StubError,
    empty,
    end_of,
    is_definition,
    is_private,
    names_of,
    quote,
    read_definitions,
    tidy,
)
from grader.stubs.statement import make_statement, make_title
from grader.syllabus import Exercise, Topic

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
DESK = "from grader.student.notebook import check, hint, progress, solution"
CHECK = """\
from grader.student.notebook import check

check("{exercise}")"""


def make_notebook(
    source: str,
    topic: Topic,
    name: str = "",
    picture: str = "",
    *,
    solved: bool,
    only: Collection[str] | None = None,
) -> str:
    """Return a topic's notebook.

    Args:
        source: the solutions' text.
        topic: says which symbols are exercises.
        name: the file's name, for messages.
        picture: the Markdown that shows the topic's picture.
        solved: with the solutions, as nbgrader's source.
        only: ids of the exercises to put into it; all by default.

    Raises:
        StubError: as for a stub, or there is no place for a helper.
    """
    builder = Builder(source, topic, name)
    first = next(e for e in topic.exercises if only is None or e.id in only)
    title = make_title(topic, builder.docstring, picture, first)
    head = [
        markdown(f"{topic.id}-title", title),
        code(desk_id(topic.id), DESK, locked=True),
    ]
    return to_text([*head, *builder.cells(solved=solved, only=only)])


@dataclass
class Region:
    """Lines that are a solution; students find `raise NotStarted` in their place."""

    indent: str
    lines: list[str]

    def render(self, *, solved: bool) -> list[str]:
        """Return its lines, or what stands in place of them."""
        if not solved:
            return [f"{self.indent}{RAISE}"]
        return [self.indent + BEGIN, *self.lines, self.indent + END]


class Builder:
    """Takes a module of solutions apart."""

    def __init__(self, source: str, topic: Topic, name: str) -> None:
        """Read the module; see `make_notebook`."""
        self.topic, self.name = topic, name
        self.lines = source.splitlines()
        tree, self.defined = read_definitions(source, topic, name)
        self.docstring = ast.get_docstring(tree) or ""
        self.nodes = tree.body[1:] if self.docstring else tree.body
        ends = [0, *map(end_of, tree.body)]
        self.starts = {id(n): e for e, n in zip(ends, tree.body, strict=False)}
        self.exercises = {s: e for e in topic.exercises for s in e.symbols}
        self.helpers = self.place_helpers()

    def cells(self, *, solved: bool, only: Collection[str] | None) -> Iterator[Cell]:
        """Yield the cells of what is given and of the exercises."""
        given: list[str] = []
        count = 0
        last_import = [node for node in self.nodes if is_import(node)][-1:]
        for node in self.nodes:
            exercise = self.exercise_of(node)
            if exercise is None and not is_private(node):
                given += self.lines_of(node)
            if node in last_import:
                given += ["", IMPORT, ""]
            if exercise is None or (only is not None and exercise.id not in only):
                continue
            if given:
                count += 1
                text = tidy(given).rstrip()
                yield code(f"{self.topic.id}-given-{count}", text, locked=True)
                given.clear()
            if node is self.definitions(exercise)[-1]:
                yield from self.exercise_cells(exercise, solved=solved)

    def exercise_cells(self, exercise: Exercise, *, solved: bool) -> Iterator[Cell]:
        """Yield statement, answer and tests of an exercise."""
        name = grade_id(exercise.id)
        docstrings = {
            symbol: ast.get_docstring(self.defined[symbol]) or ""
            for symbol in exercise.symbols
        }
        statement = make_statement(exercise, docstrings, self.topic.book)
        yield markdown(f"{name}-statement", statement)
        lines: list[str] = []
        for part in self.answer(exercise):
            lines += [part] if isinstance(part, str) else part.render(solved=solved)
        yield code(name, tidy(lines).rstrip(), locked=False)
        points = exercise.points + exercise.cuda_points
        check = CHECK.format(exercise=exercise.id)
        yield code(check_id(exercise.id), check, points=points, locked=True)

    def exercise_of(self, node: ast.stmt) -> Exercise | None:
        """Return the exercise that a statement belongs to."""
        return self.exercises.get(node.name) if is_definition(node) else None

    def definitions(self, exercise: Exercise) -> Sequence[Definition]:
        """Return the definitions of an exercise's symbols, as they stand."""
        nodes = [self.defined[symbol] for symbol in exercise.symbols]
        return sorted(nodes, key=lambda node: node.lineno)

    def lines_of(self, node: ast.stmt) -> list[str]:
        """Return the lines of a statement, with the comments and blanks before it."""
        return self.lines[self.starts[id(node)] : end_of(node)]

    def answer(self, exercise: Exercise) -> list[str | Region]:
        """Return an exercise's code, its helpers in the last region."""
        parts = [part for node in self.definitions(exercise) for part in self.cut(node)]
        last = parts[-1]
        for helper in self.helpers[exercise.id]:
            if not isinstance(last, Region):
                raise StubError(
                    "{name}: {id} does not end in a body",
                    name=self.name,
                    id=exercise.id,
                )
            last.lines += self.lines_of(helper)
        return parts

    def cut(self, node: Definition) -> Iterator[str | Region]:
        """Yield a definition's lines, its bodies and private members as regions."""
        at = self.starts[id(node)]
        region: Region | None = None
        for start, end, replacement in sorted([*self.shorten(node), *empty(node)]):
            between, lines = self.lines[at : start - 1], self.lines[start - 1 : end]
            at = end
            if not replacement:
                if region is None:
                    raise StubError(
                        "{name}: {name_2} begins with a private member: put it behind "
                        "the first public method",
                        name=self.name,
                        name_2=node.name,
                    )
                region.lines += [*between, *lines]
                continue
            yield from between
            if replacement[0].endswith(RAISE):
                region = Region(replacement[0].removesuffix(RAISE), lines)
                yield region
            else:
                yield from replacement
        yield from self.lines[at : end_of(node)]

    def shorten(self, node: Definition) -> Iterator[tuple[int, int, list[str]]]:
        """Yield the edit that leaves what a docstring says first."""
        stands = node.body[0]
        said = spoken_docstring(ast.get_docstring(node) or "", stands.col_offset)
        first = quote(said.partition("\n\n")[0], stands.col_offset)
        yield stands.lineno, end_of(stands), first

    def place_helpers(self) -> dict[str, list[ast.stmt]]:
        """Return each exercise's private helpers, but those that an earlier one has."""
        left = [node for node in self.nodes if is_private(node)]
        placed: dict[str, list[ast.stmt]] = {}
        for exercise in self.topic.exercises:
            mine: list[ast.stmt] = []
            users = [*self.definitions(exercise)]
            while used := [n for n in left if self.is_used(n, [*users, *mine])]:
                mine += used
                left = [node for node in left if node not in used]
            placed[exercise.id] = sorted(mine, key=lambda node: node.lineno)
        if left:
            raise StubError(
                "{name}: line {lineno} is used nowhere",
                name=self.name,
                lineno=left[0].lineno,
            )
        return placed

    def is_used(self, helper: ast.stmt, nodes: Sequence[ast.stmt]) -> bool:
        """Say whether some statements name a helper."""
        text = "\n".join(line for node in nodes for line in self.lines_of(node))
        return any(re.search(rf"\b{name}\b", text) for name in names_of(helper))


def is_import(node: ast.stmt) -> bool:
    """Say whether a statement is an import."""
    return isinstance(node, (ast.Import, ast.ImportFrom))
