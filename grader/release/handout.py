"""What students get: stubs, visible tests, the grader, and nothing that is a secret."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from grader.catalogues.makefile import spoken_makefile
from grader.errors import GraderError
from grader.files import read_matching
from grader.language import folder_of
from grader.layout import KIT, PACKAGE, TEMPLATES, Layout
from grader.release.readme import make_readmes
from grader.source import decode, read_source
from grader.speech import COMMAND, ENGLISH, FOLDER, HIDDEN, spoken
from grader.stubs import make_all, picture_file, spoken_picture
from grader.student import reference
from grader.syllabus import ASSIGNMENT, Syllabus, read_syllabus

MIN_SECRET = 20
"""Characters from which on a line of a solution or a hidden test is telling."""
MIN_SECRET_IN_CODE = 40
"""The same in the grader's own code, where short lines are alike by chance."""
BOILERPLATE = ("import ", "from ", "@pytest")


class HandoutError(GraderError):
    """The handout would tell a secret; the message names the file and the line."""


def collect(
    layout: Layout, part: Syllabus | None = None, *, references: bool = True
) -> dict[str, bytes]:
    """Return the files of the handout, by their path in it.

    Args:
        layout: where the course lies.
        part: what is given of it; all of it if left out.
        references: with the solutions and the paragraphs on why, encoded.
    """
    templates = TEMPLATES / "handout"
    makefile = spoken_makefile((templates / "Makefile").read_text(encoding="utf-8"))
    course = read_syllabus(layout.registry)
    given = part or course
    modules = [f"{topic}.py" for topic in given.topic_ids]
    exercises = read_matching(layout.exercises, layout.exercises, *modules)
    notebooks = [
        f"notebooks/{name}"
        for topic in given.topic_ids
        for name in (f"{topic}.ipynb", picture_file(topic))
    ]
    made = {} if spoken() == ENGLISH else make_all(given, layout)
    said = {name: text.encode() for name, text in made.items()}
    exercises |= {name: data for name, data in said.items() if name in exercises}
    beside = read_matching(layout.exercises, layout.exercises, "*.toml", *notebooks)
    beside |= {name: data for name, data in said.items() if name in beside}
    beside |= {
        name: spoken_picture(data.decode()).encode()
        for name, data in beside.items()
        if name.endswith(".svg")
    }
    tests = read_matching(layout.visible_tests, layout.root, "*.py")
    others = {f"test_{t}.py" for t in given.modules if t not in given.topic_ids}
    pristine = layout.pristine.relative_to(layout.root).as_posix()
    return {
        **{f"exercises/{name}": data for name, data in exercises.items()},
        **{f"{pristine}/{name}": data for name, data in exercises.items()},
        **{f"exercises/{name}": data for name, data in beside.items()},
        **{n: data for n, data in tests.items() if Path(n).name not in others},
        **(assignment_file(layout, part) if part else {}),
        **(collect_references(layout, course, given) if references else {}),
        **read_matching(PACKAGE, KIT.root, "**/*.py"),
        **read_matching(KIT.root, KIT.root, "constraints.txt", "pyproject.toml"),
        **read_matching(templates, templates, "**/*"),
        "Makefile": makefile.encode(),
        **make_readmes(TEMPLATES / "readme", given, layout),
        **collect_texts(layout),
    }


def collect_texts(layout: Layout) -> dict[str, bytes]:
    """Return what the command says in other languages, and which one it speaks here."""
    texts = {
        **read_matching(FOLDER, KIT.root, f"*/LC_MESSAGES/{COMMAND}.mo"),
        **read_matching(folder_of(layout), layout.root, "*/LC_MESSAGES/*.mo"),
    }
    language = layout.language.relative_to(layout.root).as_posix()
    told = {n: d for n, d in texts.items() if not n.endswith(f"{HIDDEN}.mo")}
    return {**told, language: f"{spoken()}\n".encode()}


def assignment_file(layout: Layout, part: Syllabus) -> dict[str, bytes]:
    """Return the file by which a handout knows that it holds a part alone."""
    path = layout.registry.with_name(ASSIGNMENT).relative_to(layout.root)
    names = "".join(f"    {json.dumps(name)},\n" for name in part.exercises)
    return {path.as_posix(): f"exercises = [\n{names}]\n".encode()}


def collect_references(
    layout: Layout, course: Syllabus, given: Syllabus
) -> dict[str, bytes]:
    """Return the encoded references of what is given of a course."""
    folder = layout.references.relative_to(layout.root)
    made = reference.make_references(layout, course)
    return {
        (folder / f"{name}{reference.SUFFIX}").as_posix(): reference.encode(made[name])
        for name in given.exercises
    }


def refuse_secrets(files: Mapping[str, bytes], layout: Layout) -> None:
    """Check that no file holds a line of a solution's body or of a hidden test.

    Raises:
        HandoutError: one does.
    """
    secrets = dict(secret_lines(layout, files))
    for name, data in files.items():
        least = MIN_SECRET_IN_CODE if name.startswith("grader/") else MIN_SECRET
        for text in lines_of(name, data):
            line = text.strip()
            if len(line) >= least and line in secrets:
                raise HandoutError(
                    "{name} would tell {secrets}: {line!r}",
                    name=name,
                    secrets=secrets[line],
                    line=line,
                )


def lines_of(name: str, data: bytes) -> list[str]:
    """Return the lines of a file; of a notebook, those of its cells."""
    if name.endswith(".ipynb"):
        return [line for c in json.loads(data)["cells"] for line in c["source"]]
    return data.decode(errors="replace").splitlines()


def secret_lines(
    layout: Layout, files: Mapping[str, bytes]
) -> Iterator[tuple[str, str]]:
    """Yield the telling lines of solutions and hidden tests, and where they stand.

    A line that the stubs or the visible tests hold anyway is no secret.
    """
    public = {
        line.strip()
        for name, data in files.items()
        if name.startswith(("exercises/", "tests/visible/")) and name.endswith(".py")
        for line in decode(data).splitlines()
    }
    sources = [
        *(
            (path, body_lines(read_source(path, HandoutError)))
            for path in layout.solutions.glob("*.py")
        ),
        *(
            (path, read_source(path, HandoutError).splitlines())
            for path in layout.hidden_tests.rglob("*.py")
        ),
    ]
    for path, lines in sources:
        for text in lines:
            line = text.strip()
            if (
                len(line) >= MIN_SECRET
                and line not in public
                and not line.startswith(BOILERPLATE)
            ):
                yield line, path.relative_to(layout.root).as_posix()


def body_lines(source: str) -> list[str]:
    """Return the lines of all function bodies, without their docstrings."""
    lines = source.splitlines()
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1 if ast.get_docstring(node) else 0 :]
            for statement in body:
                found += lines[statement.lineno - 1 : statement.end_lineno]
    return found
