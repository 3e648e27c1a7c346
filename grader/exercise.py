"""What a course is made of: exercises, in topics."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Exercise:
    """One exercise: a top-level symbol, or a few, of its topic's module."""

    topic: str
    symbols: tuple[str, ...]
    """The names to write; the first one names the exercise."""
    title: str
    section: str
    """What to read on the topic's page of the book, or on `page`."""
    level: str
    minutes: int
    difficulty: int
    points: int
    """Points for the tests that run everywhere."""
    cuda_points: int
    """Points for the tests that need a GPU; 0 where there are none."""
    needs: tuple[str, ...]
    """Ids of the exercises to do before."""
    hints: tuple[str, ...]
    """Of growing strength."""
    required: bool = True
    """What its level says; the others may be left out."""
    page: str = ""
    """Address of a page that teaches it, where the book does not."""

    @property
    def id(self) -> str:
        """Return `topic.Symbol`, which never changes."""
        return f"{self.topic}.{self.symbols[0]}"


@dataclass(frozen=True)
class Topic:
    """One module of exercises."""

    id: str
    title: str
    book: str
    """Address of the section of the book."""
    exercises: tuple[Exercise, ...]


@dataclass(frozen=True)
class Course:
    """What the exercises belong to."""

    id: str
    """Names files, such as the handout's folder."""
    title: str
    book: str
    """What the course goes along with."""
    url: str
    """Where that is read."""
    languages: tuple[str, ...] = ("en",)
