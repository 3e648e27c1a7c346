"""What a course says: its registry, statements, whys and tests, by catalogue."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.catalogues.found import Found, read_tree
from grader.catalogues.tests import texts_of_tests
from grader.layout import Layout
from grader.speech import HIDDEN
from grader.stubs import picture_file, texts_of_picture
from grader.stubs.docstring import texts_of
from grader.stubs.module import DEFINITIONS
from grader.syllabus import Syllabus, read_syllabus

OF_THE_COURSE = "course"
"""The catalogue of what belongs to no topic."""


def texts_of_course(layout: Layout) -> Iterator[tuple[str, Found]]:
    """Yield the texts of a course, each with the name of its catalogue.

    Raises:
        CatalogueError: a file cannot be read.
        SyllabusError: the registry cannot be.
    """
    syllabus = read_syllabus(layout.registry)
    registry = tomllib.loads(layout.registry.read_text(encoding="utf-8"))
    place = place_of(layout.registry, layout)
    course = registry["course"]
    yield from (
        (OF_THE_COURSE, Found(course[n], place)) for n in ("title", "book", "url")
    )
    yield from ((OF_THE_COURSE, Found(level, place)) for level in registry["levels"])
    for topic in registry["topic"]:
        public = set()
        for found in public_texts(topic, layout, syllabus):
            public.add(found.text)
            yield topic["id"], found
        for found in hidden_texts(topic["id"], layout):
            if found.text not in public:
                yield topic["id"] + HIDDEN, found


def public_texts(
    topic: dict[str, Any], layout: Layout, syllabus: Syllabus
) -> Iterator[Found]:
    """Yield what students get of a topic, as it stands in the registry."""
    name, place = topic["id"], place_of(layout.registry, layout)
    yield Found(topic["title"], place)
    yield Found(topic["book"], place, note="the address in the other language")
    for exercise in topic["exercise"]:
        symbol = exercise["symbols"][0]
        for text in (exercise["title"], exercise["section"], *exercise["hints"]):
            yield Found(text, place, note=symbol)
    yield from texts_of_statements(name, layout)
    picture = layout.notebooks / picture_file(name)
    if picture.exists():
        for text in texts_of_picture(picture.read_text(encoding="utf-8")):
            yield Found(text, place_of(picture, layout))
    others = {f"test_{other}" for other in syllabus.topic_ids if other != name}
    for path in sorted(layout.visible_tests.rglob("*.py")):
        if path.stem not in others:
            yield from texts_of_tests(path, place_of(path, layout))


def hidden_texts(topic: str, layout: Layout) -> Iterator[Found]:
    """Yield what hidden tests say, and what opens with a reference."""
    yield from texts_of_whys(topic, layout)
    for path in sorted((layout.hidden_tests / topic).rglob("*.py")):
        yield from texts_of_tests(path, place_of(path, layout))


def texts_of_statements(topic: str, layout: Layout) -> Iterator[Found]:
    """Yield the texts of the docstrings that students get."""
    path = layout.topic_solution(topic)
    for node in ast.walk(read_tree(path)):
        if isinstance(node, (ast.Module, *DEFINITIONS)):
            symbol = "" if isinstance(node, ast.Module) else node.name
            if not symbol.startswith("_") or symbol.startswith("__"):
                for text in texts_of(ast.get_docstring(node) or ""):
                    yield Found(text, place_of(path, layout), note=symbol)


def texts_of_whys(topic: str, layout: Layout) -> Iterator[Found]:
    """Yield why each reference is as it is."""
    path = layout.solutions / "why.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8")).get(topic, {})
    for symbol, text in table.items():
        yield Found(" ".join(text.split()), place_of(path, layout), note=symbol)


def place_of(path: Path, layout: Layout) -> str:
    """Return a file's path from the course's folder."""
    return path.relative_to(layout.root).as_posix()
