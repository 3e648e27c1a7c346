"""The line of a student's own code that an exception comes from."""

from __future__ import annotations

import linecache
import os
import traceback
from pathlib import Path
from typing import Any


class Place:
    """Where the code lies that a scenario plays beside."""

    folder = Path()


PLACE = Place()


def use_folder(folder: Path) -> None:
    """Take the folder of the code that plays from now on."""
    PLACE.folder = folder


def find_line(
    error: BaseException, folder: Path | None = None
) -> dict[str, Any] | None:
    """Return file, line and text of the innermost frame in the student's own code.

    Args:
        error: what the code has raised.
        folder: where it lies; if left out, where that of the current scenario lies.
    """
    folder = folder or PLACE.folder
    if isinstance(error, SyntaxError):
        if Path(error.filename or "").parent != folder:
            return None
        name, line, function, text = error.filename, error.lineno, None, error.text
    else:
        own = [
            (frame.f_code, line)
            for frame, line in traceback.walk_tb(error.__traceback__)
            if os.path.dirname(frame.f_code.co_filename) == str(folder)
        ]
        if not own:
            return None
        code, line = own[-1]
        name, function = code.co_filename, code.co_name
        text = linecache.getline(name, line or 0)  # code may be made without lines
    return {
        "file": Path(name or "").name,
        "line": line or 0,
        "function": None if function == "<module>" else function,
        "text": (text or "").strip()[:200],
    }
