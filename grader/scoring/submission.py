"""What one student handed in, as values."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from grader.words import Words, render, say


def missing(topic: str) -> Words:
    """Return the problem of a topic that no file was found for."""
    return say("{topic}.py is missing.", topic=topic)


@dataclass(frozen=True)
class Submission:
    """The files of one student, by topic; read, never imported."""

    student: str
    sources: Mapping[str, bytes]
    problems: Mapping[str, Words] = field(default_factory=dict)
    """Why a topic has no source."""
    missing: frozenset[str] = frozenset()
    """Topics that no file was found for; `problems` says so too."""
    untouched: bool = False
    """Whether no file holds work for any exercise."""
    notes: tuple[str, ...] = ()
    """What else an instructor should know: unknown files, say."""

    @property
    def digest(self) -> str:
        """Return a hash of everything that is graded."""
        return self._digest({*self.sources, *self.problems})

    def digest_of(self, topic: str) -> str:
        """Return a hash of all that can decide on a topic's verdict."""
        return self._digest(self.reached_from(topic))

    def sources_of(self, topic: str) -> dict[str, bytes]:
        """Return the files that a topic's code finds beside it: those it reaches.

        What is not in its hash is not there either, however its name is put together.
        """
        reached = self.reached_from(topic)
        return {name: data for name, data in self.sources.items() if name in reached}

    def reached_from(self, topic: str) -> set[str]:
        """Return a topic, those whose names its file mentions, and so on."""
        reached: set[str] = set()
        unseen = {topic}
        while unseen:
            reached |= unseen
            texts = [self.sources.get(name, b"") for name in unseen]
            others = {*self.sources, *self.problems} - reached
            unseen = {o for o in others if any(o.encode() in t for t in texts)}
        return reached

    def _digest(self, topics: Collection[str]) -> str:
        hasher = hashlib.sha256()
        for topic, source in sorted(self.sources.items()):
            if topic in topics:
                hasher.update(f"{topic} {len(source)}\n".encode())
                hasher.update(source)
        for topic, problem in sorted(self.problems.items()):
            if topic in topics:
                hasher.update(f"{topic} {render(problem, str)}\n".encode())
        return hasher.hexdigest()
