"""Catalogues as files: texts found are merged into what is translated already."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po

from grader.catalogues.found import CatalogueError, Found
from grader.files import write_bytes

NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
CHANGING = tuple(
    f'"{name}:'.encode()
    for name in (
        *("Project-Id-Version", "Report-Msgid-Bugs-To", "POT-Creation-Date"),
        *("PO-Revision-Date", "Last-Translator", "Language-Team", "Generated-By"),
    )
)
"""Lines of the header that tell of a moment or a person, which git knows better."""


def path_of(folder: Path, language: str, name: str) -> Path:
    """Return where a catalogue lies."""
    return folder / language / "LC_MESSAGES" / f"{name}.po"


def read_catalogue(path: Path, language: str) -> Catalog:
    """Return a catalogue; an empty one where there is none.

    Raises:
        CatalogueError: the file is no catalogue.
    """
    if not path.exists():
        return empty(language)
    try:
        return read_po(io.BytesIO(path.read_bytes()), language, abort_invalid=True)
    except (PoFileError, ValueError) as error:
        raise CatalogueError("{path}: {error}", path=path, error=error) from error


def empty(language: str) -> Catalog:
    """Return a catalogue without texts."""
    return Catalog(locale=language, header_comment="", fuzzy=False)


def merge(
    catalogue: Catalog, founds: Iterable[Found], known: Mapping[str, Message]
) -> None:
    """Take the texts that are there now; a translation stays with its text.

    What is not there any more is left out. Texts alike are not guessed: a translation
    of a like text says something else.

    Args:
        catalogue: what was translated.
        founds: what is to be.
        known: what is translated in any catalogue: a text may have moved.
    """
    now = empty(str(catalogue.locale))
    for found in founds:
        text = (found.text, found.many) if found.many else found.text
        note = [found.note] if found.note else []
        now.add(text, locations=[(found.place, 0)], auto_comments=note)
    catalogue.update(now, no_fuzzy_matching=True)
    for message in catalogue:
        moved = known.get(key_of(message))
        if moved is not None and not message.string and moved.id == message.id:
            message.string = moved.string
    catalogue.obsolete.clear()


def key_of(message: Message) -> str:
    """Return the text that a message is found by."""
    return message.id if isinstance(message.id, str) else message.id[0]


def write_catalogue(path: Path, catalogue: Catalog) -> None:
    """Write a catalogue, and compiled beside it what the command reads.

    Raises:
        WriteError: it cannot be written.
    """
    write_bytes(path, to_po(catalogue))
    write_bytes(path.with_suffix(".mo"), to_mo(catalogue))


def to_po(catalogue: Catalog) -> bytes:
    """Return a catalogue as translators read it: the same for the same texts."""
    file = io.BytesIO()
    write_po(file, catalogue, width=88, ignore_obsolete=True, include_lineno=False)
    lines = file.getvalue().split(b"\n")
    return b"\n".join(line for line in lines if not line.startswith(CHANGING))


def to_mo(catalogue: Catalog) -> bytes:
    """Return a catalogue compiled: the same for the same texts."""
    file = io.BytesIO()
    catalogue.creation_date = catalogue.revision_date = NO_DATE
    write_mo(file, catalogue)
    return file.getvalue()
