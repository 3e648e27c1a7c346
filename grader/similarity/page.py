"""Pages for a person to judge by: all pairs, and two files side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.files import told_of, write_text
from grader.page_templates import page_templates
from grader.results.similar_pairs import FILE, SimilarPair, to_text
from grader.similarity import SimilarityError
from grader.similarity.compare import Match
from grader.text import without_controls

INDEX = "index.html"
PAGE = re.compile(r"pair-\d+\.html")
MAX_PAIRS = 200


@dataclass(frozen=True)
class Pair:
    """Two students and all that they share."""

    number: int
    matches: Sequence[Match]

    @property
    def first(self) -> str:
        """Return the first student."""
        return self.matches[0].first.student

    @property
    def second(self) -> str:
        """Return the second student."""
        return self.matches[0].second.student

    @property
    def page(self) -> str:
        """Return the name of the pair's page."""
        return f"pair-{self.number:03}.html"


def to_pairs(matches: Sequence[Match]) -> list[Pair]:
    """Return matches by the pair of students, the most alike first, not countless."""
    by_students: dict[tuple[str, str], list[Match]] = {}
    for match in matches:
        by_students.setdefault(match.students, []).append(match)
    found = list(by_students.values())[:MAX_PAIRS]
    return [Pair(number, matches) for number, matches in enumerate(found, 1)]


def make_pages(
    pairs: Sequence[Pair], *, compared: int, threshold: float
) -> dict[str, str]:
    """Return the pages by their names; what students wrote is text in them."""
    templates = page_templates("similarity")
    templates.filters["lines"] = to_lines
    index = templates.get_template(INDEX)
    page = templates.get_template("pair.html")
    pages = {pair.page: page.render(pair=pair) for pair in pairs}
    facts = {"compared": compared, "threshold": f"{threshold:.0%}"}
    found = [
        SimilarPair(
            pair.first,
            pair.second,
            {m.first.topic: round(m.share, 4) for m in pair.matches},
            pair.page,
        )
        for pair in pairs
    ]
    own = {INDEX: index.render(pairs=pairs, **facts), FILE: to_text(found)}
    return pages | own


def to_lines(text: str) -> list[str]:
    """Return lines that show what stands there: no character that moves others."""
    return without_controls(text, keep="\n\t").split("\n")[:-1]


def write_pages(folder: Path, pages: dict[str, str]) -> None:
    """Write the pages into a folder of their own; those of an earlier run go.

    Raises:
        SimilarityError: the folder holds other files.
        WriteError: it cannot be written.
    """
    with told_of(folder / INDEX):
        folder.mkdir(parents=True, exist_ok=True)
        there = {path.name: path for path in folder.iterdir()}
        own = {INDEX, FILE}
        others = [n for n in sorted(there) if n not in own and not PAGE.fullmatch(n)]
        if others:
            raise SimilarityError(
                "{folder} holds {others}: name an empty or a new folder with --out",
                folder=folder,
                others=others[0],
            )
        for name in there.keys() - pages.keys():
            there[name].unlink()
    for name, text in pages.items():
        write_text(folder / name, text)
