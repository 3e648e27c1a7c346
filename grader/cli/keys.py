"""Keys of a terminal as they are pressed, without Enter."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

ENTER, ESCAPE, BACKSPACE, UP, DOWN = "enter", "escape", "backspace", "up", "down"
NAMES = {
    **dict.fromkeys(("\r", "\n"), ENTER),
    **dict.fromkeys(("\x7f", "\b"), BACKSPACE),
    "\x1b": ESCAPE,
    **dict.fromkeys(("\x1b[A", "\x1bOA", "\xe0H", "\x00H"), UP),
    **dict.fromkeys(("\x1b[B", "\x1bOB", "\xe0P", "\x00P"), DOWN),
}
"""What terminals send: those of Unix, and behind two prefixes the one of Windows."""

Take = Callable[[str], None]


ONE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.)|[\xe0\x00].|.", re.DOTALL)
"""What stands for one key."""


def name_keys(typed: str) -> list[str]:
    """Return the keys in what a terminal sends: names, or the letters themselves.

    Other keys are left out.
    """
    keys = (NAMES.get(sent, sent) for sent in ONE.findall(typed))
    return [key for key in keys if key in NAMES.values() or key.isprintable()]


if sys.platform == "win32":
    import msvcrt

    PAUSE = 0.03  # seconds between two looks

    @contextmanager
    def listening(take: Take) -> Iterator[None]:
        """Hand over each key that is pressed in the block, in the running loop."""
        loop = asyncio.get_running_loop()

        def look() -> None:
            nonlocal timer
            while msvcrt.kbhit():
                typed = msvcrt.getwch()
                if typed in ("\xe0", "\x00"):
                    typed += msvcrt.getwch()
                for key in name_keys(typed):
                    take(key)
            timer = loop.call_later(PAUSE, look)

        timer = loop.call_soon(look)
        try:
            yield
        finally:
            timer.cancel()

else:

    @contextmanager
    def listening(take: Take) -> Iterator[None]:
        """Hand over each key that is pressed in the block, in the running loop."""
        import termios
        import tty

        loop, terminal = asyncio.get_running_loop(), sys.stdin.fileno()

        def read() -> None:
            try:
                typed = os.read(terminal, 1 << 10)
            except OSError:
                typed = b""
            if not typed:  # the terminal is closed
                loop.remove_reader(terminal)
            for key in name_keys(typed.decode(errors="ignore")):
                take(key)

        before = termios.tcgetattr(terminal)
        tty.setcbreak(terminal)
        loop.add_reader(terminal, read)
        try:
            yield
        finally:
            loop.remove_reader(terminal)
            with contextlib.suppress(termios.error):
                termios.tcsetattr(terminal, termios.TCSADRAIN, before)
