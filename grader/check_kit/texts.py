"""Whether a course is said in its other languages as it is in English."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from grader.catalogues.check import GLOSSARIES, check_catalogue, read_glossary
from grader.catalogues.found import Found, by_catalogue
from grader.catalogues.po import path_of, read_catalogue, to_mo
from grader.catalogues.tests import is_text
from grader.language import folder_of, languages_in
from grader.layout import Layout
from grader.scoring.message import Message
from grader.speech import _
from grader.words import Text, Words


def check_texts(layout: Layout, texts: Iterable[tuple[str, Found]]) -> Iterator[str]:
    """Yield what is wrong with the catalogues of each language.

    Args:
        layout: where the course lies.
        texts: what is to be translated, with the name of its catalogue.
    """
    founds = by_catalogue(texts)
    folder = folder_of(layout)
    for language in sorted(languages_in(folder)):
        glossary = read_glossary(layout.root / GLOSSARIES.get(language, ""))
        for name, mine in founds.items():
            path = path_of(folder, language, name)
            catalogue = read_catalogue(path, language)
            place = path.relative_to(layout.root)
            for problem in check_catalogue(catalogue, mine, glossary):
                yield f"{place}: {problem}"
            compiled = path.with_suffix(".mo")
            if not compiled.exists() or compiled.read_bytes() != to_mo(catalogue):
                yield _("{path} is not compiled: grader messages").format(path=place)


def check_told(
    layout: Layout, texts: Iterable[tuple[str, Found]], told: Iterable[Message]
) -> Iterator[str]:
    """Yield what was told to somebody, and is among no texts to be translated.

    A course that speaks English alone may say it as it likes.
    """
    folder = folder_of(layout)
    if not any(languages_in(folder)):
        return
    known = {found.text for _, found in texts}
    told_words = {words for message in told for words in words_of(message)}
    for words in sorted(told_words - known):
        if is_text(words):
            said = _("{text!r} is told, and in no catalogue: a whole text, or say(…)")
            yield said.format(text=words)


def words_of(message: Message) -> Iterator[str]:
    """Yield the texts and templates that a message is made of.

    What was expected and what was got may be the student's own words.
    """
    for words in (message.fault, message.call, message.cause):
        if words is not None:
            yield from templates_of(words)
    for words in (message.expected, message.got):
        if isinstance(words, Text):
            yield from templates_of(words)


def templates_of(words: Words) -> Iterator[str]:
    """Yield a template, and those of the texts that are its values."""
    if isinstance(words, str):
        yield words
        return
    yield words.template
    for value in words.values.values():
        if isinstance(value, Text):
            yield from templates_of(value)
