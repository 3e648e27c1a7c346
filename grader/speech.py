"""What is said, in the language that is spoken: GNU gettext's catalogues, looked up.

A text is sought in the command's catalogue, then in those of the course, one a topic.
What no catalogue has is said as it is, in English.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from gettext import NullTranslations, translation
from pathlib import Path

ENGLISH = "en"
COMMAND = "grader"
"""The command's catalogue; every other one is a topic's, or the course's."""
HIDDEN = ".hidden"
"""Behind a topic's name: the catalogue of what no student gets as it is."""
FOLDER = Path(__file__).resolve().parent / "locale"
"""The catalogues of the command, and of the kit's own course."""


class Speech:
    """A language, and the folders where its catalogues are looked for."""

    def __init__(self, language: str = ENGLISH, *folders: Path) -> None:
        """Take a language's name, as `pt_BR`, and the folders of the course's texts."""
        self.language, self.folders = language, folders

    @cached_property
    def command(self) -> NullTranslations:
        """The command's catalogue."""
        return self.load(FOLDER, COMMAND)

    @cached_property
    def course(self) -> list[NullTranslations]:
        """The catalogues of the course, loaded when a text of it is asked for."""
        return [
            self.load(folder, path.stem)
            for folder in self.folders
            for path in sorted(folder.glob(f"{self.language}/LC_MESSAGES/*.mo"))
            if path.stem != COMMAND
        ]

    def load(self, folder: Path, name: str) -> NullTranslations:
        """Return a catalogue; one that has no text, where there is none."""
        return translation(name, str(folder), [self.language], fallback=True)

    def translate(self, text: str) -> str:
        """Return a text in this language."""
        if self.language == ENGLISH or not text:
            return text
        if (said := self.command.gettext(text)) != text:
            return said
        found = (catalogue.gettext(text) for catalogue in self.course)
        return next((said for said in found if said != text), text)

    def several(self, one: str, many: str, n: int) -> str:
        """Return the form of a text that belongs to a number of things."""
        return self.command.ngettext(one, many, n)


class Spoken:
    """Holds what is spoken in this process."""

    speech = Speech()


def speak(speech: Speech) -> None:
    """Take the language of everything that is said from now on."""
    Spoken.speech = speech


@contextmanager
def speaking(speech: Speech) -> Iterator[None]:
    """Speak another language for a while."""
    before = Spoken.speech
    speak(speech)
    try:
        yield
    finally:
        speak(before)


def spoken() -> str:
    """Return the name of the language that is spoken."""
    return Spoken.speech.language


def translate(text: str) -> str:
    """Return a text in the language that is spoken; also called `_`."""
    return Spoken.speech.translate(text)


def mark(text: str) -> str:
    """Return a text as it is: it is to be translated where it is shown."""
    return text


def several(one: str, many: str, n: int, **values: object) -> str:
    """Return the form of a text that belongs to `n` things, with its values.

    Example:
        >>> several("{n} test waits", "{n} tests wait", 2)
        '2 tests wait'
    """
    return form_for(one, many, n).format(n=n, **values)


def form_for(one: str, many: str, n: int) -> str:
    """Return the form of a text that belongs to `n` things, without its values."""
    return Spoken.speech.several(one, many, n)


_ = translate
