"""Verbs for students: reset, submit."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from grader.cli.lesson import One
from grader.cli.screen import errors, print_message, print_plain
from grader.files import write_bytes, write_text
from grader.layout import find_course
from grader.source import BrokenCodeError, decode, line_end
from grader.speech import _, several
from grader.student import StudentError
from grader.student.progress import required
from grader.student.reset import backup_path
from grader.student.reset import reset as put_back
from grader.student.submit import Part, pack, read_back, read_parts
from grader.student.workspace import Workspace

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def agree(question: str, *, yes: bool) -> None:
    """Go on only if the student agrees.

    Raises:
        StudentError: nobody can be asked.
        typer.Exit: the answer is no.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise StudentError(
            "{question} There is nobody to ask: add YES=1, or --yes", question=question
        )
    if not typer.confirm(question):
        print_plain(_("Nothing is changed."))
        raise typer.Exit


def reset(name: One = "", yes: Yes = False) -> None:
    """Bring one exercise back to its stub; keep a backup of the file."""
    layout = find_course()
    workspace = Workspace(layout)
    exercise = workspace.exercise(name)
    path = layout.topic_file(exercise.topic)
    stub = workspace.work.stubs[exercise.topic]
    data = path.read_bytes() if path.exists() else b""
    try:
        new = put_back(decode(data), stub, exercise) if data else stub.text
    except BrokenCodeError as error:
        raise StudentError(
            "exercises/{file} cannot be read: {error}. Move it away, and reset brings "
            "back the whole file.",
            file=path.name,
            error=error,
        ) from error
    names = ", ".join(exercise.symbols)
    agree(_("Put {names} back to the start?").format(names=names), yes=yes)
    if data:
        backup = backup_path(path)
        write_bytes(backup, data)
        said = _("The file as it was is in {path}")
        print_plain(said.format(path=backup.relative_to(layout.root)))
    write_text(path, new.replace("\n", line_end(data)))
    said = _("{names} is as it was handed out. Check: make test EX={exercise}")
    print_plain(said.format(names=names, exercise=exercise.id))


def submit(
    name: Annotated[
        str, typer.Argument(help="The archive's name, as your course asks for it.")
    ] = "submission",
    yes: Yes = False,
) -> None:
    """Pack the modules to hand in, after a check that they can be imported."""
    layout = find_course()
    workspace = Workspace(layout)
    parts, others = read_parts(layout.exercises, workspace.syllabus.modules)
    for part in parts:
        print_plain(f"{part.topic}: {part}")
        for note in part.found.notes:
            print_plain(f"  {note}", "dim")
    if others:
        said = _("not handed in, since no topic is called so: {names}")
        print_plain(said.format(names=", ".join(others)))
    for part in parts:
        if part.rivals:
            agree(which_one(part), yes=yes)
    sources = {part.topic: part.found.module.source for part in parts}
    problems = import_problems(sources)
    for problem in problems:
        print_message(problem, 0)
    if problems:
        agree(_("Such a file earns no points. Pack all the same?"), yes=yes)
    path = Path(f"{name.removesuffix('.zip')}.zip")
    write_bytes(path, pack(sources))
    read_back(path, sources)
    said = several(
        "{path} is written: {n} file, as the grader reads it.",
        "{path} is written: {n} files, as the grader reads them.",
        len(sources),
        path=path,
    )
    print_plain(said)
    needed = required(workspace.syllabus, workspace.statuses())
    known = _("Known to pass here: {passed} of {total} required exercises.")
    print_plain(known.format(passed=needed.passed, total=needed.total))


def which_one(part: Part) -> str:
    """Return what to ask where a topic has several files with work in them."""
    others = ", ".join(f"{file} {count}" for file, count in part.rivals.items())
    question = _(
        "{topic}: {part}, {others}, which is not handed in. Hand in {file}? If not, "
        "move it away."
    )
    return question.format(topic=part.topic, part=part, others=others, file=part.file)


def import_problems(sources: Mapping[str, bytes]) -> list[str]:
    """Import each file beside the others alone, as in grading; tell what fails."""
    from grader.observe.finding import Finding
    from grader.observe.local import LocalObserver

    errors.print(_("Importing the files …"), style="dim")
    problems = []
    with tempfile.TemporaryDirectory() as scratch:
        for topic, data in sources.items():
            Path(scratch, f"{topic}.py").write_bytes(data)
        observer = LocalObserver(Path(scratch), 30.0)
        for topic in sources:
            try:
                observer.play(topic, lambda _module: None, (), 0)
            except Finding as finding:
                problems.append(finding.message.render())
    return problems
