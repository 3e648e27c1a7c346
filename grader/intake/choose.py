"""Which of the files that may be a topic's is graded, and why that one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePosixPath

from grader.intake.answers import Symbols
from grader.intake.candidate import Candidate, MissingError, UnfitError
from grader.intake.module_source import read_module
from grader.intake.names import is_exact, meant_for, tells_another
from grader.intake.notebook_source import Module
from grader.scoring.submission import missing
from grader.speech import _, several
from grader.words import Words, render, together

MAX_FITTING = 20
"""Files of one topic that are read, at most."""


class Take(StrEnum):
    """Which of several files of a topic an instructor wants."""

    WORK = "work"
    """The one that answers most exercises."""
    NEWEST = "newest"
    NAMED = "named"
    """The one that is named as it was handed out."""


@dataclass(frozen=True)
class Choice:
    """What decides which files are graded."""

    topics: Mapping[str, Symbols]
    """The symbols of each topic's exercises."""
    max_source: int
    take: Take = Take.WORK
    renames: Mapping[str, str] = field(default_factory=dict)
    """By topic, the file that an instructor names."""


@dataclass(frozen=True)
class Taken:
    """The file of a topic."""

    file: Candidate
    module: Module

    def rank(self, topic: str) -> tuple[int, int, bool, int, bool]:
        """Return what makes one file better than another."""
        file, module = self.file, self.module
        exact = is_exact(file.name, topic)
        return module.answers, -module.left, exact, -file.depth, not file.is_notebook


@dataclass(frozen=True)
class Found:
    """The file of a topic that is graded, those that are not, and remarks."""

    taken: Taken
    others: tuple[Taken, ...]
    errors: tuple[Words, ...]
    """Why files that are meant for the topic cannot be read."""
    remarks: tuple[str, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """Return all that an instructor should know."""
        return (*map(render, self.errors), *self.remarks, *self.module.notes)

    @property
    def module(self) -> Module:
        """Return what is graded."""
        return self.taken.module


def find_topic(topic: str, files: Sequence[Candidate], choice: Choice) -> Found:
    """Return a topic's file.

    Where none that is named like it holds work, any other that does may be it.

    Raises:
        MissingError: no file is meant for it.
        UnfitError: none can be graded, or it is not clear which.
    """
    fitting = fit(topic, files, choice)
    read, errors = read_files(topic, fitting, choice)
    named = choice.take is not Take.WORK or topic in choice.renames
    if choice.topics[topic] and not any(map(holds_work, read)) and not (read and named):
        unnamed = [
            file
            for file in strangers(files, choice)
            if not tells_another(PurePosixPath(file.name).stem)
        ]
        read += filter(holds_work, read_files(topic, unnamed, choice)[0])
    if errors and not any(map(holds_work, read)):
        raise UnfitError(together(*unlike(errors)))
    if not read:
        raise MissingError(missing(topic))
    first, *others = sorted(read, key=lambda t: t.rank(topic), reverse=True)
    others = [o for o in others if o.module.source != first.module.source]
    if choice.take is Take.NEWEST:
        first, others = newest(first, others)
    elif equal := [o for o in others if o.rank(topic) == first.rank(topic)]:
        places = ", ".join(sorted(t.file.path for t in (first, *equal)))
        raise UnfitError(
            "{name} is there more than once ({places}): keep one.",
            name=first.file.name,
            places=places,
        )
    told = remarks(topic, first, others, choice)
    return Found(first, tuple(others), tuple(errors), tuple(told))


def fit(topic: str, files: Sequence[Candidate], choice: Choice) -> list[Candidate]:
    """Return the files that are named like a topic, or that an instructor names.

    Raises:
        UnfitError: the one that an instructor names is not there.
    """
    if named := choice.renames.get(topic):
        found = [f for f in files if named in (f.path, f.name)]
        if not found:
            raise UnfitError(
                "{named}, which --renames names for {topic}, is missing.",
                named=named,
                topic=topic,
            )
        return found
    given = set(choice.renames.values())
    found = [
        file
        for file in files
        if meant_for(file.name, choice.topics) == topic
        and not given & {file.path, file.name}
    ]
    exact = [file for file in found if is_exact(file.name, topic)]
    if choice.take is Take.NAMED and exact:
        return exact
    return [*exact, *(file for file in found if file not in exact)]


def strangers(files: Sequence[Candidate], choice: Choice) -> list[Candidate]:
    """Return the modules and notebooks whose names are no topic's."""
    given = set(choice.renames.values())
    return [
        file
        for file in files
        if file.is_work
        and file.name != "__init__.py"
        and meant_for(file.name, choice.topics) is None
        and not given & {file.path, file.name}
    ]


def read_files(
    topic: str, files: Sequence[Candidate], choice: Choice
) -> tuple[list[Taken], list[Words]]:
    """Return the modules that files hold, and why others hold none."""
    read: list[Taken] = []
    errors: list[Words] = []
    for file in files[:MAX_FITTING]:
        try:
            made = read_module(file, topic, choice.max_source, choice.topics[topic])
            read.append(Taken(file, made))
        except UnfitError as error:
            errors.append(error.words)
    return read, errors


def unlike(errors: Iterable[Words]) -> list[Words]:
    """Return each error once."""
    return list({render(words): words for words in errors}.values())


def holds_work(read: Taken | Found) -> bool:
    """Say whether a file answers an exercise."""
    return read.module.answers > 0


def newest(first: Taken, others: Sequence[Taken]) -> tuple[Taken, list[Taken]]:
    """Return the file that was changed last, and the others.

    Raises:
        UnfitError: nothing tells which that is.
    """
    times = {taken.file.path: taken.file.modified for taken in (first, *others)}
    known = [time for time in times.values() if time is not None]
    last = [t for t in (first, *others) if t.file.modified == max(known, default=None)]
    if len(known) < len(times) or len(last) > 1:
        raise UnfitError(
            "which of {names} is the newest is not known: keep one.",
            names=", ".join(sorted(times)),
        )
    return last[0], [t for t in (first, *others) if t is not last[0]]


def remarks(
    topic: str, first: Taken, others: Sequence[Taken], choice: Choice
) -> list[str]:
    """Return what an instructor should know about the choice."""
    path, mine = first.file.path, first.module.answers
    exact = is_exact(first.file.name, topic)
    rivals = [
        other
        for other in others
        if other.module.answers or not exact or other.file.depth < first.file.depth
    ]
    if topic in choice.renames:
        said = _("{path} is graded as {file}: --renames says so")
        return [said.format(path=path, file=f"{topic}.py")]
    if not rivals:
        said = _("{path} is taken for {file}")
        return [] if exact else [said.format(path=path, file=f"{topic}.py")]
    names = ", ".join(other.file.path for other in rivals)
    most = max(other.module.answers for other in rivals)
    if choice.take is Take.NEWEST:
        why = _("it is the newest")
    elif mine > most:
        why = several(
            "it answers {n} exercise, not {most}",
            "it answers {n} exercises, not {most}",
            mine,
            most=most,
        )
    elif first.module.left < min(other.module.left for other in rivals):
        why = _("less of a stub is left in it")
    elif exact and not all(is_exact(other.file.name, topic) for other in rivals):
        why = _("it has the topic's own name")
    elif any(other.file.depth == first.file.depth for other in rivals):
        why = _("it is a module")
    else:
        why = _("it lies higher")
    said = _("{path} is graded, not {names}: {why}")
    return [said.format(path=path, names=names, why=why)]
