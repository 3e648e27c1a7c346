"""What CI platforms need to grade: a workflow, a job, or a complete autograder."""

from __future__ import annotations

from collections.abc import Mapping

from grader.errors import GraderError
from grader.exports import github, gradescope
from grader.files import pack_files, read_matching
from grader.layout import KIT, PACKAGE, TEMPLATES, Layout
from grader.speech import _
from grader.syllabus import Syllabus

PLATFORMS = ("github", "gitlab", "gradescope")
SCRIPTS = ("run_autograder", "setup.sh")
ONLY, COURSE, FAILED = b"@ONLY@", b"@COURSE@", b"@FAILED@"
"""What the templates hold in place of a part, of the course's path in the kit, and of
what students are told where nothing could be graded."""


class CiError(GraderError):
    """Nothing can be written for CI; the message names the reason and the next step."""


def make_files(
    platform: str, layout: Layout, syllabus: Syllabus, part: Syllabus, secret: bytes
) -> dict[str, bytes]:
    """Return the files to write, by their path.

    Args:
        platform: one of `PLATFORMS`.
        layout: where the kit's folders lie.
        syllabus: the registry.
        part: what is graded of it.
        secret: of the course, so that a regrade elsewhere meets the same inputs.

    Raises:
        CiError: no platform has this name.
    """
    if platform not in PLATFORMS:
        raise CiError(
            "no platform is called {platform!r}: {names}",
            platform=platform,
            names=", ".join(PLATFORMS),
        )
    folder = TEMPLATES / platform
    templates = {
        name: data.replace(ONLY, names_of(part, syllabus).encode())
        for name, data in read_matching(folder, folder, "*").items()
    }
    if platform == "gradescope":
        files = autograder(templates, layout, part, secret)
        return {"autograder.zip": pack_files(files, executable=SCRIPTS)}
    (name, job), place = templates.popitem(), place_of(layout)
    target = f".github/workflows/{name}" if platform == "github" else name
    failed = github.to_refusal(
        _("The grader failed. This says nothing about the work.")
    )
    job = job.replace(FAILED, failed.strip().encode())
    return {target: job.replace(COURSE, place.encode())}


def names_of(part: Syllabus, whole: Syllabus) -> str:
    """Return what stands for a part on a command line; nothing for the whole."""
    if part.exercises == whole.exercises:
        return ""
    names: list[str] = []
    for topic in part.topics:
        is_whole = topic == whole.topic(topic.id)
        names += [topic.id] if is_whole else [e.id for e in topic.exercises]
    return ",".join(names)


def place_of(layout: Layout) -> str:
    """Return a course's place in the kit's repository: "" or a path behind a slash.

    Raises:
        CiError: it lies somewhere else.
    """
    if not layout.root.is_relative_to(KIT.root):
        raise CiError(
            "{root} is not in {root_2}, whose repository CI fetches: move "
            "the course there",
            root=layout.root,
            root_2=KIT.root,
        )
    place = layout.root.relative_to(KIT.root).as_posix()
    return "" if place == "." else f"/{place}"


def autograder(
    templates: Mapping[str, bytes], layout: Layout, part: Syllabus, secret: bytes
) -> dict[str, bytes]:
    """Return an autograder's files: the grader, the tests and references of a part."""
    tests = [f"{topic}/*.py" for topic in part.topic_ids]
    solutions = [f"{topic}.py" for topic in part.topic_ids]
    return {
        **templates,
        **read_matching(PACKAGE, KIT.root, "**/*.py"),
        **read_matching(layout.hidden_tests, layout.root, *tests),
        **read_matching(layout.exercises, layout.root, layout.registry.name),
        **read_matching(layout.solutions, layout.root, *solutions),
        **read_matching(KIT.root, KIT.root, "constraints.txt", "pyproject.toml"),
        "unfinished.json": gradescope.unfinished().encode(),
        "course.secret": secret,
    }
