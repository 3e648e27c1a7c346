"""What one student handed in, as values."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Submission:
    """The files of one student, by topic; read, never imported."""

    student: str
    sources: Mapping[str, bytes]
    problems: Mapping[str, str] = field(default_factory=dict)
    """Why a topic has no source, in the student's words."""
    notes: tuple[str, ...] = ()
    """What else an instructor should know: unknown files, say."""

    @property
    def digest(self) -> str:
        """Return a hash of everything that is graded."""
        hasher = hashlib.sha256()
        for topic, source in sorted(self.sources.items()):
            hasher.update(f"{topic} {len(source)}\n".encode())
            hasher.update(source)
        for topic, problem in sorted(self.problems.items()):
            hasher.update(f"{topic} {problem}\n".encode())
        return hasher.hexdigest()
