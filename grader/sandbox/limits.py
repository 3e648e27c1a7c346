"""What a submission may use."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

from grader.errors import GraderError

UNITS = {"": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


class LimitError(GraderError):
    """No limit has this name, or this value; the message lists what there is."""


@dataclass(frozen=True)
class Limits:
    """The resources of one submission; the defaults leave torch ample room."""

    test_seconds: float = 5.0
    """Wall-clock seconds of one test."""
    topic_seconds: float = 60.0
    """Wall-clock seconds that the judge waits for the tests of one topic together."""
    memory: int = 2 << 30
    """Bytes that belong to all processes of a submission together."""
    scratch: int = 256 << 20
    """Bytes of files in the scratch folder, and as much again in shared memory."""
    processes: int = 64
    """Processes and threads."""
    open_files: int = 256
    """Open files of one process."""
    source: int = 1 << 20
    """Bytes of one topic's file."""

    def as_dict(self) -> dict[str, float]:
        """Return the limits as plain data, for a report or a command line."""
        return asdict(self)

    def as_settings(self) -> dict[str, str]:
        """Return each limit as one types it.

        Example:
            >>> Limits().as_settings()["memory"]
            'memory=2GiB'
        """
        return {name: f"{name}={in_units(n)}" for name, n in self.as_dict().items()}

    def changed(self, settings: Iterable[str]) -> Limits:
        """Return the limits with settings like `memory=4GiB` or `test_seconds=10`.

        Raises:
            LimitError: a name or a value is none.
        """
        defaults = self.as_dict()
        values: dict[str, float] = {}
        for setting in settings:
            name, _, text = setting.partition("=")
            if name not in defaults:
                raise LimitError(
                    "no limit is called {name!r}: {names}",
                    name=name,
                    names=", ".join(defaults),
                )
            kind = type(defaults[name])
            match = re.fullmatch(r"(\d+(?:\.\d+)?)(|KiB|MiB|GiB)", text)
            if match is None or (match[2] and kind is float):
                example = Limits().as_settings()[name]
                raise LimitError(
                    "{setting!r} is no limit: write it like {example}",
                    setting=setting,
                    example=example,
                )
            values[name] = kind(float(match[1]) * UNITS[match[2]])
            if not values[name]:
                raise LimitError(
                    "{setting!r} leaves nothing: take more than 0", setting=setting
                )
        return replace(self, **values)  # type: ignore[arg-type] # of the field's type


def in_units(amount: float) -> str:
    """Return an amount in the largest unit that it is a whole number of."""
    for unit, size in reversed(UNITS.items()):
        if isinstance(amount, int) and amount >= size and amount % size == 0:
            return f"{amount / size:g}{unit}"
    return f"{amount:g}"
