"""The skeleton of an exercise, with a placeholder wherever its author has to write.

`check-kit` asks for each placeholder that is left.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from string import Template

from grader.authoring import AuthoringError
from grader.authoring.insert import append_code, insert_table
from grader.layout import TEMPLATES, Layout
from grader.syllabus import Syllabus

RIGHT = ("another_way", "a_third_way")
WRONG = ("first_slip", "second_slip", "third_slip", "fourth_slip")
PYTHON_IMPORTS = {
    "Any": "from typing import Any",
    "pytest": "import pytest",
    "torch": "import torch",
    "nn": "from torch import nn",
    "Tensor": "from torch import Tensor",
    "expect_close": "from grader.observe import expect_close",
}
"""What the skeletons use, and where it comes from."""


class Skeleton:
    """The files of one new exercise."""

    def __init__(self, layout: Layout, syllabus: Syllabus, name: str) -> None:
        """Take the course, and the exercise's id.

        Raises:
            AuthoringError: the id is none, or is taken; or this is a handout.
        """
        if not layout.solutions.exists():
            raise AuthoringError(
                "{root} has no solutions/: it is a handout", root=layout.root
            )
        self.topic, _, self.symbol = name.partition(".")
        if not (self.topic.isidentifier() and self.symbol.isidentifier()):
            raise AuthoringError(
                "{name!r} is no id of an exercise: write it like topic.Symbol",
                name=name,
            )
        for exercise in syllabus.exercises.values():
            if exercise.topic == self.topic and self.symbol in exercise.symbols:
                raise AuthoringError(
                    "{name} is there already: choose another name", name=name
                )
        self.layout, self.syllabus, self.id = layout, syllabus, name

    @property
    def values(self) -> Mapping[str, str]:
        """Return what stands for each name in the templates."""
        is_class = self.symbol[0].isupper()
        return {
            "id": self.id,
            "topic": self.topic,
            "symbol": self.symbol,
            "name": re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", self.symbol).lower(),
            "level": self.syllabus.levels[0],
            "kind": "Module" if is_class else "Function",
            "call": f"ex.{self.symbol}()(x)" if is_class else f"ex.{self.symbol}(x)",
            "columns": "MODULES, TENSORS" if is_class else "TENSORS",
            "star": "(*TENSORS, *MODULES)" if is_class else "TENSORS",
        }

    def fill(self, template: str) -> str:
        """Return a template with the exercise's names in it."""
        text = (TEMPLATES / "exercise" / template).read_text(encoding="utf-8")
        return Template(text).substitute(self.values)

    def files(self) -> dict[str, str]:
        """Return all files that are new or changed, by their path in the course.

        Raises:
            AuthoringError: a file of the exercise is there already.
        """
        place = f"{self.topic}/{self.symbol}"
        made = {
            f"tests/hidden/{self.topic}/test_{self.symbol}.py": self.fill("hidden.txt"),
            **{
                f"tests/variants/{side}/{place}/{name}.py": self.fill(f"{side}.txt")
                for side, names in (("right", RIGHT), ("wrong", WRONG))
                for name in names
            },
        }
        for name in made:
            if (self.layout.root / name).exists():
                raise AuthoringError(
                    "{name} is there already: move it away first", name=name
                )
        return self.registry() | self.why() | self.code() | made

    def registry(self) -> dict[str, str]:
        """Return the registry with the exercise's entry at the end of its topic."""
        name = self.layout.registry.relative_to(self.layout.root).as_posix()
        text = self.layout.registry.read_text(encoding="utf-8")
        if self.topic not in self.syllabus.topic_ids:
            text = f"{text.rstrip()}\n\n{self.fill('topic.toml')}"

        def is_mine(block: str) -> bool:
            topics: list[dict[str, str]] = tomllib.loads(block).get("topic", [])
            return [topic["id"] for topic in topics] == [self.topic]

        entry = f"\n{self.fill('exercise.toml')}"
        return {name: insert_table(text, r"\[\[topic\]\]", is_mine, entry)}

    def why(self) -> dict[str, str]:
        """Return solutions/why.toml with a place for the exercise's paragraph."""
        path = self.layout.solutions / "why.toml"
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        header = f"[{self.topic}]\n"
        if self.topic not in tomllib.loads(text):
            text = f"{text.rstrip()}\n\n{header}".lstrip()

        def is_mine(block: str) -> bool:
            return block.startswith(header)

        entry = self.fill("why.toml")
        return {"solutions/why.toml": insert_table(text, r"\[\w+\]$", is_mine, entry)}

    def code(self) -> dict[str, str]:
        """Return the topic's solutions and visible tests with the exercise behind."""
        kind = "class.txt" if self.symbol[0].isupper() else "function.txt"
        solution = self.layout.topic_solution(self.topic)
        visible = self.layout.visible_tests / f"test_{self.topic}.py"
        made = {}
        for path, template in ((solution, kind), (visible, "visible.txt")):
            head = self.fill("head.txt")
            text = path.read_text(encoding="utf-8") if path.exists() else head
            name = path.relative_to(self.layout.root).as_posix()
            made[name] = append_code(text, self.fill(template), PYTHON_IMPORTS)
        return made
