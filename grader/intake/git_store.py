"""A student's git repository as a store of objects: a checkout, a bare one, a bundle.

Its own files tell two things here, read as text: which commit is the last, and where a
shallow history ends. A store that leads elsewhere (alternates, links) is refused.
"""

from __future__ import annotations

import os
import re
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.intake.candidate import SubmissionError, UnfitError
from grader.intake.disk_files import FileOnDisk
from grader.intake.git_plumbing import HASH, Repository

MAX_BUNDLE = 256 << 20  # bytes
MAX_TEXT = 4 << 20  # bytes of a list of refs
MAX_ENTRIES = 200_000
SHA256 = 64  # digits
BRANCH = re.compile(r"refs/(?!.*\.\.)[^\s~^:?*\[\\]+")
BRANCHES = ("HEAD", "refs/heads/main", "refs/heads/master")


@contextmanager
def open_repository(path: Path) -> Iterator[tuple[Repository, str]]:
    """Give a repository of ours that reads a student's objects, and the last commit.

    Raises:
        SubmissionError: there is none, or it cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="grader-git-") as folder:
        try:
            if is_bundle(path):
                yield unbundle(path, Path(folder))
            else:
                yield borrow(git_folder(path), Path(folder))
        except SubmissionError as error:
            raise SubmissionError(
                "{name}: {error}", name=path.name, error=error
            ) from error


def is_repository(path: Path) -> bool:
    """Say whether a folder is a checkout or a bare repository."""
    bare = all((path / name).exists() for name in ("HEAD", "objects", "refs"))
    return path.is_dir() and (bare or os.path.lexists(path / ".git"))


def is_bundle(path: Path) -> bool:
    """Say whether a file is named like a bundle."""
    return path.suffix == ".bundle" and not path.is_dir()


def git_folder(path: Path) -> Path:
    """Return a repository's own folder.

    Raises:
        SubmissionError: it lies elsewhere, or is none.
    """
    if not is_repository(path):
        raise SubmissionError("no git repository")
    inner = path / ".git"
    folder = inner if os.path.lexists(inner) else path
    if path.is_symlink() or folder.is_symlink() or not folder.is_dir():
        raise SubmissionError("the repository lies elsewhere: clone it to this place")
    return folder


def borrow(source: Path, folder: Path) -> tuple[Repository, str]:
    """Return a repository of ours, in `folder`, on a student's objects, and its HEAD.

    Raises:
        SubmissionError: the objects lie elsewhere, or there is no commit.
    """
    refuse_links(source)
    if os.path.lexists(source / "objects" / "info" / "alternates"):
        raise SubmissionError(
            "it borrows objects from another repository (alternates): clone it anew, "
            "without --shared and --reference"
        )
    head = read_head(source)
    make_empty(folder, sha256=len(head) == SHA256)
    shallow = read_text(source, "shallow")
    if shallow and all(HASH.fullmatch(line) for line in shallow.split()):
        (folder / "shallow").write_text(shallow)
    return Repository(folder, (source / "objects").resolve()), head


def unbundle(path: Path, folder: Path) -> tuple[Repository, str]:
    """Return a repository of ours that holds a bundle's objects, and its HEAD.

    Raises:
        SubmissionError: it is no bundle of a whole history, or holds no clear branch.
    """
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode):
            raise SubmissionError("not a regular file: put the bundle there")
        with open(path, "rb") as stream:
            start = stream.read(1024)
    except OSError as error:
        raise SubmissionError(
            "it cannot be read: {strerror}", strerror=error.strerror
        ) from error
    if found.st_size > MAX_BUNDLE:
        raise SubmissionError(
            "{st_size:,} bytes; at most {max_bundle:,} are read",
            st_size=found.st_size,
            max_bundle=MAX_BUNDLE,
        )
    repository = make_empty(folder, sha256=b"@object-format=sha256" in start)
    answer = repository.git("bundle", "unbundle", str(path.resolve()), most=MAX_BUNDLE)
    lines = answer.decode(errors="replace").splitlines()
    refs = {name: head for head, name in (line.split(" ", 1) for line in lines)}
    named = [refs[name] for name in BRANCHES if name in refs] or list(refs.values())
    if not named or (len(named) > 1 and not refs.keys() & set(BRANCHES)):
        raise SubmissionError(
            "it holds no branch, or several and no HEAD: ask for one made by "
            "`git bundle create NAME.bundle HEAD`"
        )
    return repository, named[0]


def make_empty(folder: Path, *, sha256: bool) -> Repository:
    """Return a new repository that git has made in a folder of ours."""
    repository = Repository(folder, folder / "objects")
    form = f"--object-format={'sha256' if sha256 else 'sha1'}"
    repository.git("init", "--bare", "--quiet", "--template=", form, str(folder))
    return repository


def read_head(source: Path) -> str:
    """Return the hash of the commit that HEAD means.

    Raises:
        SubmissionError: there is none.
    """
    head = read_text(source, "HEAD").strip()
    branch = head.removeprefix("ref:").strip()
    if head != branch and BRANCH.fullmatch(branch):
        head = read_text(source, branch).strip() or packed(source, branch)
    if not HASH.fullmatch(head):
        raise SubmissionError(
            "it has no commit, or keeps its branches in another format"
        )
    return head


def packed(source: Path, branch: str) -> str:
    """Return the hash of a branch among those that git has packed; empty if none."""
    for line in read_text(source, "packed-refs").splitlines():
        head, _, name = line.partition(" ")
        if name == branch:
            return head
    return ""


def read_text(source: Path, name: str) -> str:
    """Return the text of a repository's own file; empty if there is none.

    Raises:
        SubmissionError: it cannot be read, or is no plain file.
    """
    if not os.path.lexists(source / name):
        return ""
    try:
        return FileOnDisk(source, name).read(MAX_TEXT).decode(errors="replace")
    except UnfitError as error:
        raise SubmissionError(str(error)) from error


def refuse_links(source: Path) -> None:
    """Refuse a repository whose files lie elsewhere.

    Raises:
        SubmissionError: one of them is a link, or there are far too many.
    """
    count = 0
    for place, folders, files in os.walk(source):
        for name in folders + files:
            count += 1
            if os.path.islink(os.path.join(place, name)):
                raise SubmissionError(
                    "its {name} is a symbolic link: clone it anew", name=name
                )
        if count > MAX_ENTRIES:
            raise SubmissionError(
                "more than {max_entries:,} files in its .git", max_entries=MAX_ENTRIES
            )
