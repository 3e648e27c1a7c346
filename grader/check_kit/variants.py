"""Right and wrong answers that are known beforehand."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from grader.errors import GraderError
from grader.source import read_source
from grader.syllabus import Exercise, Syllabus


class VariantError(GraderError):
    """A variant cannot be used; the message names the file and what it lacks."""


@dataclass(frozen=True)
class Variant:
    """An answer to one exercise that is known to be right or wrong."""

    path: Path
    exercise: Exercise
    right: bool
    says: str
    """What the message of a wrong one must say: a regular expression."""
    source: str

    @property
    def name(self) -> str:
        """Return `right/topic/Symbol/name`."""
        return "/".join(self.path.with_suffix("").parts[-4:])


def read_variants(folder: Path, syllabus: Syllabus) -> list[Variant]:
    """Read `right/<topic>/<Symbol>/*.py` and `wrong/<topic>/<Symbol>/*.py`.

    Raises:
        VariantError: an unknown exercise, or a file without its docstring.
    """
    variants = []
    for path in sorted(folder.glob("*/*/*/*.py")):
        side, topic, symbol = path.parts[-4:-1]
        exercise = syllabus.exercises.get(f"{topic}.{symbol}")
        if exercise is None or side not in ("right", "wrong"):
            raise VariantError(
                "{path}: {topic}.{symbol} is no exercise",
                path=path,
                topic=topic,
                symbol=symbol,
            )
        source = read_source(path, VariantError)
        says = re.search(r"^says: (.+)$", docstring_of(path, source), re.MULTILINE)
        if side == "wrong" and says is None:
            raise VariantError("{path}: its docstring has no line `says: …`", path=path)
        text = says.group(1) if says else ""
        variants.append(Variant(path, exercise, side == "right", text, source))
    return variants


def docstring_of(path: Path, source: str) -> str:
    """Return the docstring that tells what is special about a variant."""
    text = ast.get_docstring(ast.parse(source, filename=str(path)))
    if not text:
        raise VariantError(
            "{path}: it has no docstring to say what is special", path=path
        )
    return text
