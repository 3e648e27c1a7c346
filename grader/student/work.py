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
from grader.source import BrokenCodeError, decode_as_python, read_source
from grader.speech import _, mark
from grader.stubs import StubError, make_stub
from grader.student.code import Code, asks_somebody, is_documented, read_code
from grader.student.state import State
from grader.syllabus import Exercise, Syllabus, Topic


class ExerciseStatus(StrEnum):
    """How far an exercise is, without running it."""

    UNTOUCHED = mark("not started")
    CHANGED = mark("not checked")
    """Its code is not what was checked last."""
    FAILS = mark("does not pass yet")
    PASSES = mark("passes")


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

    def use(self, exercise: Exercise) -> str:
        """Return what an exercise is for in real work: its statement's second line.

        It stands alone between the first one and what is asked; else there is none.
        """
        stub = self.stubs.get(exercise.topic)
        for node in ast.parse(stub.text).body if stub else ():
            if is_documented(node) and node.name == exercise.symbols[0]:
                parts = (ast.get_docstring(node) or "").split("\n\n")
                return parts[1] if len(parts) > 2 and "\n" not in parts[1] else ""
        return ""

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
    paths = sorted(layout.exercises.glob("*.py"))
    broken = {topic.id: how_to_find(topic, paths) for topic in syllabus.topics}
    for path in paths:
        try:
            files[path.stem] = read_code(decode_as_python(path.read_bytes()))
            broken.pop(path.stem, None)
        except BrokenCodeError as error:
            broken[path.stem] = _("is no Python now: {error}").format(error=error)
        except OSError as error:
            broken[path.stem] = _("cannot be read: {why}").format(why=error.strerror)
    stubs = {topic.id: read_code(read_stub(layout, topic)) for topic in syllabus.topics}
    return Work(files, broken, stubs, read_context(layout, syllabus.topic_ids))


def how_to_find(topic: Topic, paths: Iterable[Path]) -> str:
    """Return what to say of a topic's file that is missing among others."""
    example = topic.exercises[0].id
    renamed = [path.name for path in paths if topic.id in path.stem]
    if renamed:
        said = _(
            "is missing. If {files} is yours, rename it; else make reset EX={exercise} "
            "brings back an empty one"
        )
        return said.format(files=_(" or ").join(renamed), exercise=example)
    said = _("is missing: make reset EX={exercise} brings it back")
    return said.format(exercise=example)


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
