"""A folder of pages: those of an earlier run go, what is not a page stays."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from grader.errors import GraderError
from grader.files import told_of, write_text


class ReportError(GraderError):
    """Pages cannot be made; the message says what to do."""


class PageFolder:
    """Writes pages into a folder of their own."""

    def __init__(self, folder: Path, kind: str) -> None:
        """Take the folder, and what kind of pages it is for."""
        self.folder = folder
        self.mark = folder / f".grader-{kind}"
        self.written: set[str] = set()

    def __enter__(self) -> Self:
        """Make the folder, or take one of an earlier run.

        Raises:
            ReportError: it belongs to something else.
            WriteError: it cannot be written.
        """
        with told_of(self.mark):
            self.folder.mkdir(parents=True, exist_ok=True)
            if not self.mark.exists() and any(self.folder.iterdir()):
                raise ReportError(
                    "{folder} holds other files than such pages: name an empty or "
                    "a new folder with --out",
                    folder=self.folder,
                )
        write_text(self.mark, "")
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        """Remove the pages of an earlier run that this one has not."""
        if kind is None:
            for path in self.folder.rglob("*.html"):
                if path.relative_to(self.folder).as_posix() not in self.written:
                    path.unlink()

    def write(self, name: str, text: str) -> None:
        """Write a page.

        Raises:
            WriteError: it cannot be written.
        """
        write_text(self.folder / name, text)
        self.written.add(name)
