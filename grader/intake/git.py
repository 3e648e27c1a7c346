"""A class as git repositories: a folder with a checkout or a bundle of each student.

The commit that counts is HEAD, or the last one before the deadline on the way from HEAD
by first parents. Commits carry the dates that their authors' machines gave them: who
doubts them compares with the server's log of pushes. Source: git-cat-file(1),
git-bundle(1), gitrepository-layout(5) and git-config(1) of git.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from grader.intake.candidate import (
    MAX_DEPTH,
    MAX_FILES,
    Candidate,
    SubmissionError,
    is_skipped,
)
from grader.intake.entry import DiskEntry, Entry
from grader.intake.find import Download, IntakeError, SubmissionSource, Wanted
from grader.intake.git_plumbing import NoGitError
from grader.intake.git_store import is_bundle, is_repository, open_repository
from grader.intake.times import format_time
from grader.speech import _, several

MAX_COMMITS = 10_000


@dataclass(frozen=True)
class Commit:
    """The files of one commit."""

    repository: Path
    hash: str

    @contextmanager
    def listing(self) -> Iterator[Sequence[Candidate]]:
        """Give the files of the commit where a student's work may lie."""
        with open_repository(self.repository) as (repository, _):
            found: list[Candidate] = []
            for file in repository.files(self.hash):
                folders = file.path.split("/")[:-1]
                if len(folders) <= MAX_DEPTH and not any(map(is_skipped, folders)):
                    found.append(file)
                if len(found) > MAX_FILES:
                    raise SubmissionError(
                        "more than {max_files:,} files", max_files=MAX_FILES
                    )
            yield found


def recognises(top: Entry) -> bool:
    """Say whether all that may be a student's is a repository or a bundle."""
    if not isinstance(top, DiskEntry):
        return False
    entries = [e for e in top.children() if e.is_folder or e.is_archive or is_git(e)]
    return bool(entries) and all(map(is_git, entries))


def is_git(entry: Entry) -> bool:
    """Say whether an entry is a repository or a bundle."""
    return is_repository(entry.path) or is_bundle(entry.path)


def find(top: Entry, wanted: Wanted) -> Download:
    """Return a submission per repository and bundle.

    Raises:
        IntakeError: git is not installed.
    """
    entries = top.children()
    found = [e for e in entries if is_git(e) or e.is_folder or e.is_archive]
    try:
        origins = [from_repository(entry.path, wanted.deadline) for entry in found]
    except NoGitError as error:
        raise IntakeError(str(error)) from error
    return Download(origins, [e.path for e in entries if e not in found])


def from_repository(path: Path, deadline: datetime | None) -> SubmissionSource:
    """Return one student's submission: the commit that counts."""
    name = DiskEntry(path).name.removesuffix(".bundle").removesuffix(".git")
    origin = SubmissionSource(name, path, ids=tuple(logins(name)))
    try:
        with open_repository(path) as (repository, head):
            stamps = repository.commits(head, MAX_COMMITS)
    except SubmissionError as error:
        return replace(origin, problem=str(error))
    commits = [(from_stamp(stamp), commit) for stamp, commit in stamps]
    in_time = [
        n for n, (time, _commit) in enumerate(commits) if time <= (deadline or time)
    ]
    if not in_time:
        first = commits[-1][0]
        why = _("no commit until the deadline; the first one is of {time}")
        why = why.format(time=format_time(first))
        return replace(origin, submitted_at=first, late=True, problem=why)
    late = commits[: in_time[0]]
    time, commit = commits[in_time[0]]
    return replace(
        origin,
        submitted_at=time,
        source=Commit(path, commit),
        notes=(note_late(len(late), late[0][0]),) if late else (),
    )


def logins(name: str) -> Iterator[tuple[str, str]]:
    """Yield whose repository it may be: its name, or what ends it after a hyphen."""
    parts = name.split("-")
    for i in range(len(parts)):
        for kind in ("github", "student"):
            yield kind, "-".join(parts[i:])


def note_late(count: int, last: datetime) -> str:
    """Say what was committed too late."""
    return several(
        "{n} commit does not count: after the deadline, the last of {time}",
        "{n} commits do not count: after the deadline, the last of {time}",
        count,
        time=format_time(last),
    )


def from_stamp(stamp: int) -> datetime:
    """Return the time of a commit; one that no calendar holds is the latest."""
    try:
        return datetime.fromtimestamp(stamp, UTC)
    except (OverflowError, ValueError, OSError):
        return datetime.max.replace(tzinfo=UTC)
