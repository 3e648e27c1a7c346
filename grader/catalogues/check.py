"""What is wrong with a catalogue: texts missing, doubtful, or that say else."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from unicodedata import combining, normalize

from babel.messages.catalog import Catalog, Message

from grader.catalogues.found import CatalogueError, Found
from grader.source import read_source
from grader.speech import _

GLOSSARIES = {"pt_BR": "docs/glossario.md"}
"""Where a course's words of a language stand, from its folder."""
CODE = re.compile(r"`[^`]*`")
ADDRESS = re.compile(r"https?://\S+")
_ROW = re.compile(r"^\| ([^|]+?) +\| ([^|]+?) +\|", re.MULTILINE)
LEAST = 4
"""Letters of a word that tells a term from another."""


def check_catalogue(
    catalogue: Catalog, founds: Iterable[Found], glossary: Mapping[str, str]
) -> Iterator[str]:
    """Yield what is wrong with each text, with the text's beginning.

    Args:
        catalogue: what is translated.
        founds: what is to be.
        glossary: terms of the language by those in English.
    """
    for found in founds:
        message = catalogue.get(found.text)
        said = forms_of(message)
        if message is None or not all(said):
            yield _("{text!r} is not translated ({place})").format(
                text=found.text[:60], place=found.place
            )
            continue
        if message.fuzzy:
            yield _("{text!r} is marked fuzzy").format(text=found.text[:60])
        for text in said:
            for problem in compare(found.text, text, glossary):
                yield f"{found.text[:60]!r} {problem}: {text[:60]!r}"


def forms_of(message: Message | None) -> list[str]:
    """Return the forms of a translation."""
    text = message.string if message else ""
    return [text or ""] if isinstance(text, str | None) else [one or "" for one in text]


def compare(text: str, said: str, glossary: Mapping[str, str]) -> Iterator[str]:
    """Yield in what a translation differs from its text, but for the language."""
    if (values := values_of(text)) != values_of(said):
        listed = ", ".join(sorted(values)) or "-"
        yield _("has other values than {names}").format(names=listed)
    if Counter(CODE.findall(text)) != Counter(CODE.findall(said)):
        yield _("has other code in backticks")
    if (
        text[:1].isspace() != said[:1].isspace()
        or text[-1:].isspace() != said[-1:].isspace()
    ):
        yield _("begins or ends with other spaces")
    for english, terms in glossary.items():
        if uses(text, english) and not names(said, english, terms):
            yield _("does not say {terms!r} for {english!r}").format(
                terms=terms, english=english
            )


def names(said: str, english: str, terms: str) -> bool:
    """Say whether a translation has one of the terms, or keeps the English name."""
    return uses(said, english) or any(has_term(said, t) for t in terms.split(" / "))


def values_of(text: str) -> set[str]:
    """Return the names of the values that a template holds."""
    try:
        fields = list(string.Formatter().parse(text))
    except ValueError:  # braces that are none of a template
        return set()
    return {f"{name}:{form}" if form else name for _, name, form, _ in fields if name}


def uses(text: str, english: str) -> bool:
    """Say whether a text uses an English term, outside of code and addresses."""
    words = ADDRESS.sub("", CODE.sub("", text))
    return bool(re.search(rf"\b{re.escape(english)}(e?s)?\b", words, re.I))


def has_term(said: str, term: str) -> bool:
    """Say whether a text has the words of a term, in whatever form."""
    words = [word for word in bare(term).split() if len(word) >= LEAST]
    return all(re.search(rf"\b{stem(word)}", bare(said), re.I) for word in words)


def bare(text: str) -> str:
    """Return a text without accents: they move with a word's ending."""
    return "".join(c for c in normalize("NFD", text) if not combining(c))


def stem(word: str) -> str:
    """Return what all forms of a word begin with."""
    return word[: -2 if len(word) > LEAST + 1 else -1]


def read_glossary(path: Path) -> dict[str, str]:
    """Return the terms of a table: English first; nothing where there is no file.

    Raises:
        CatalogueError: it cannot be read.
    """
    if not path.exists():
        return {}
    rows = _ROW.findall(read_source(path, CatalogueError))
    return dict(rows[1:])
