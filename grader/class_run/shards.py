"""Parts of a class that are graded apart, as by the jobs of a Slurm array."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from grader.errors import GraderError
from grader.intake import ClassFolder


class ShardError(GraderError):
    """No shard is written like this; the message shows one."""


@dataclass(frozen=True)
class Shard:
    """One of several parts of a class.

    A hash of the student's id decides who belongs to it, so it stays the same when
    others hand in meanwhile. The parts of a small class are of unlike size, and some
    may be empty.
    """

    number: int
    """From 1 on."""
    count: int

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Read `2/8`.

        Raises:
            ShardError: it is none.
        """
        match = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text, re.ASCII)
        if match is None or not 1 <= int(match[1]) <= int(match[2]):
            raise ShardError(
                "{text!r} is no shard: write the second of eight as --shard 2/8",
                text=text,
            )
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, scores: Mapping[str, Any]) -> Shard:
        """Return the part that scores are of."""
        return cls.parse(scores["shard"]) if "shard" in scores else WHOLE

    def holds(self, student: str) -> bool:
        """Say whether a student belongs to this part."""
        digest = hashlib.sha256(student.encode()).digest()
        return int.from_bytes(digest) % self.count == self.number - 1

    def part(self, found: ClassFolder) -> ClassFolder:
        """Return what of a class belongs to this part."""
        return replace(
            found,
            origins=tuple(h for h in found.origins if self.holds(h.student)),
            unknown=tuple(s for s in found.unknown if self.holds(s)),
            missing=tuple(s for s in found.missing if self.holds(s.id)),
        )

    def marked(self, scores: dict[str, Any]) -> dict[str, Any]:
        """Return the scores of this part, which say that there are others, if so."""
        return scores if self == WHOLE else {"shard": str(self), **scores}

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"


WHOLE = Shard(1, 1)
