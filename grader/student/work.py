"""The student's work at one moment, and how each exercise stands."""

from __future__ import annotations

import ast
import hashlib
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path

import grader
from grader.layout import Layout
from grader.source import BrokenCodeError, decode, read_source
from grader.stubs import StubError, make_stub
from grader.student.code import Code, asks_somebody, read_code
from grader.student.state import State
from grader.syllabus import Exercise, Syllabus, Topic


class ExerciseStatus(StrEnum):
    """How far an exercise is, without running it."""

    UNTOUCHED = "not started"
    CHANGED = "not checked"
    """Its code is not what was checked last."""
    FAILS = "does not pass yet"
    PASSES = "passes"


@dataclass(frozen=True)
class Work:
    """The files of exercises/, and what they were handed out as."""

    files: Mapping[str, Code]
    """By module name; files that are no Python are left out."""
    broken: Mapping[str, str]
    """What is wrong with those, as a predicate."""
    stubs: Mapping[str, Code]
    """What each topic was handed out as."""
    context: Mapping[str, str]
    """What else a verdict on a topic depends on."""

    def key(self, exercise: Exercise) -> str | None:
        """Return what a verdict depends on; None while the file is broken.

        Two files that agree in an exercise's key get the same verdict on it.
        """
        code = self.files.get(exercise.topic)
        if code is None:
            return None
        hasher = hashlib.sha256(self.context[exercise.topic].encode())
        for statement in code.reached_from(exercise.symbols):
            hasher.update(statement.digest)
        for name in sorted(code.imports - {exercise.topic}):
            if name in self.files or name in self.broken:
                hasher.update(self.whole(name))
        return hasher.hexdigest()

    def cells_key(self, exercise: Exercise, code: Code | None) -> str | None:
        """Return what a verdict on an answer in a notebook depends on.

        It is the answer alone, since what else a kernel holds need not be in a cell.
        """
        own = own_digests(code, exercise)
        if not own:
            return None
        context = self.context[exercise.topic].encode()
        return hashlib.sha256(b"".join([context, *sorted(own)])).hexdigest()

    def whole(self, name: str) -> bytes:
        """Return a digest of a file that another one imports."""
        if name not in self.files:
            return self.broken[name].encode()
        return b"".join(s.digest for s in self.files[name].statements)

    def own(self, exercise: Exercise) -> tuple[bytes, ...]:
        """Return digests of the code of an exercise's own symbols."""
        return own_digests(self.files.get(exercise.topic), exercise)

    def status(self, exercise: Exercise, state: State) -> ExerciseStatus:
        """Return how an exercise stands, as far as is known without a check."""
        code = self.files.get(exercise.topic)
        stub = self.stubs.get(exercise.topic)
        if code is not None and stub is not None:
            mine = own_digests(code, exercise)
            if mine and mine == own_digests(stub, exercise):
                return ExerciseStatus.UNTOUCHED
        noted = state.verdicts.get(exercise.id)
        if code is None or noted is None or noted.key != self.key(exercise):
            return ExerciseStatus.CHANGED
        return ExerciseStatus.PASSES if noted.passes else ExerciseStatus.FAILS

    def unwritten(self, exercise: Exercise) -> list[int]:
        """Return the lines of an exercise that still raise `NotStarted`."""
        code = self.files.get(exercise.topic)
        if code is None:
            return []
        return [
            node.lineno
            for statement in ast.parse(code.text).body
            if getattr(statement, "name", None) in exercise.symbols
            for node in ast.walk(statement)
            if isinstance(node, ast.Raise)
            and isinstance(node.exc, ast.Name)
            and node.exc.id == grader.NotStarted.__name__
        ]

    def asks(self, exercises: Iterable[str]) -> bool:
        """Say whether files of exercises, by id, call a debugger, or `input`.

        What they import beside them counts, too.
        """
        topics = {name.partition(".")[0] for name in exercises} & self.files.keys()
        imported = {name for topic in topics for name in self.files[topic].imports}
        return any(
            asks_somebody(self.files[name].text)
            for name in topics | (imported & self.files.keys())
        )

    def line(self, exercise: Exercise) -> int | None:
        """Return the line where an exercise begins."""
        code = self.files.get(exercise.topic)
        found = code.defining(exercise.symbols[:1]) if code else ()
        return found[-1].first if found else None


def own_digests(code: Code | None, exercise: Exercise) -> tuple[bytes, ...]:
    """Return digests of what defines an exercise's symbols."""
    if code is None:
        return ()
    return tuple(s.digest for s in code.defining(exercise.symbols))


def read_work(layout: Layout, syllabus: Syllabus) -> Work:
    """Read exercises/ as it is now."""
    files: dict[str, Code] = {}
    broken = {
        topic.id: f"is missing: make reset EX={topic.exercises[0].id} brings it back"
        for topic in syllabus.topics
    }
    for path in sorted(layout.exercises.glob("*.py")):
        try:
            files[path.stem] = read_code(decode(path.read_bytes()))
            broken.pop(path.stem, None)
        except BrokenCodeError as error:
            broken[path.stem] = f"is no Python now: {error}"
        except OSError as error:
            broken[path.stem] = f"cannot be read: {error.strerror}"
    stubs = {topic.id: read_code(read_stub(layout, topic)) for topic in syllabus.topics}
    return Work(files, broken, stubs, read_context(layout, syllabus.topic_ids))


def read_stub(layout: Layout, topic: Topic) -> str:
    """Return a topic's file as it was handed out.

    Raises:
        StubError: it cannot be read, or the solution cannot be turned into it.
    """
    if layout.solutions.exists():
        path = layout.solutions / f"{topic.id}.py"
        return make_stub(read_source(path, StubError), topic, str(path))
    return read_source(layout.pristine / f"{topic.id}.py", StubError)


def read_context(layout: Layout, topics: Iterable[str]) -> dict[str, str]:
    """Return what a verdict depends on beside the student's files, by topic."""
    versions = (grader.__version__, platform.python_version(), torch_version())
    return {
        topic: " ".join((*versions, file_digest(test_file(layout, topic))))
        for topic in topics
    }


def torch_version() -> str:
    """Return torch's version without importing it; nothing where it is missing."""
    try:
        return metadata.version("torch")
    except metadata.PackageNotFoundError:
        return ""


def test_file(layout: Layout, topic: str) -> Path:
    """Return the visible tests of a topic."""
    return layout.visible_tests / f"test_{topic}.py"


def file_digest(path: Path) -> str:
    """Return a hash of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
