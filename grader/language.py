"""Which language is spoken: the one asked for, or the course's, or the machine's."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Collection, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

from grader.errors import GraderError
from grader.layout import KIT, Layout
from grader.speech import ENGLISH, FOLDER, Speech

VARIABLE = "GRADER_LANGUAGE"
OF_THE_MACHINE = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Variables that name a locale, the first that is set before the others."""


class LanguageError(GraderError):
    """A language is asked for that there are no texts in."""


def choose_language(asked: str | None, layout: Layout) -> Speech:
    """Return the language to speak.

    The first that is named decides: by the option, by `GRADER_LANGUAGE`, by
    `course.toml`, by the handout, by the machine's locale. The last one may name what
    is not spoken here.

    Raises:
        LanguageError: one of the others does.
    """
    folders = folders_of(layout)
    known = {ENGLISH, *chain.from_iterable(map(languages_in, folders))}
    wishes = {
        "--language": asked,
        VARIABLE: os.environ.get(VARIABLE),
        str(layout.rules): named_in(layout.rules),
        str(layout.language): read_line(layout.language),
    }
    for where, name in wishes.items():
        if name:
            if (language := find(name, known)) is None:
                raise LanguageError(
                    "{where} names the language {name!r}; known: {known}",
                    where=where,
                    name=name,
                    known=", ".join(sorted(known)),
                )
            return Speech(language, *folders)
    machine = next(filter(None, map(os.environ.get, OF_THE_MACHINE)), "")
    return Speech(find(machine.partition(".")[0], known) or ENGLISH, *folders)


def folders_of(layout: Layout) -> tuple[Path, ...]:
    """Return where texts of a course may be: its own go first."""
    return layout.root / "locale", FOLDER


def folder_of(layout: Layout) -> Path:
    """Return where the catalogues of a course are made."""
    return FOLDER if layout.root == KIT.root else layout.root / "locale"


def languages_in(folder: Path) -> Iterator[str]:
    """Yield the languages that a folder has catalogues of."""
    return (path.parent.name for path in folder.glob("*/LC_MESSAGES"))


def find(name: str, known: Collection[str]) -> str | None:
    """Return the known language that a name means: itself, or the one of its family."""
    language = name.replace("-", "_")
    if language in known:
        return language
    family = language.partition("_")[0]
    return next((k for k in sorted(known) if k.partition("_")[0] == family), None)


def named_in(rules: Path) -> str | None:
    """Return the language that rules name; none if they cannot be read."""
    with suppress(OSError, ValueError):
        name = tomllib.loads(rules.read_text(encoding="utf-8-sig")).get("language")
        return name if isinstance(name, str) else None
    return None


def read_line(path: Path) -> str | None:
    """Return the text of a small file; of one that is not there, nothing."""
    with suppress(OSError, ValueError):
        return path.read_text(encoding="utf-8").strip()
    return None
