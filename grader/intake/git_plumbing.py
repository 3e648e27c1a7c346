"""git's plumbing on objects alone: no configuration, hook, filter or network of others.

A repository can tell git to run programs: by its configuration (fsmonitor, filters,
diff drivers, promisors, upload commands), its hooks and its attributes. None of them is
read here: a repository of our own, empty and configured by us, looks up objects by
their hash in the store of another one. Nothing is checked out.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from grader.intake.candidate import Candidate, SubmissionError, UnfitError
from grader.words import say

MAX_OUTPUT = 64 << 20  # bytes of git's answer
MAX_LISTING = 16 << 20  # bytes of the list of a commit's files
MAX_MEMORY = 4 << 20  # KiB of address space
SECONDS = 60
NOT_FOUND = 127
HASH = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
OPTIONS = {
    "core.commitGraph": "false",  # it may tell other dates than the commits
    "core.multiPackIndex": "false",
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.packedGitLimit": "256m",
    "core.bigFileThreshold": "8m",
    "gc.auto": "0",
    "pack.threads": "1",
    "protocol.allow": "never",
    "safe.directory": "*",
}
ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


class NoGitError(Exception):
    """git is not installed."""


@dataclass(frozen=True)
class Repository:
    """A repository of our own that reads objects, a student's perhaps."""

    folder: Path
    objects: Path

    def git(self, *arguments: str, most: int = MAX_OUTPUT) -> bytes:
        """Return what a command prints; it writes files of `most` bytes at most.

        Raises:
            SubmissionError: it fails, takes too long or prints too much.
            NoGitError: git is not there.
        """
        limits = {"c": 0, "v": MAX_MEMORY, "f": most // 512 + 1}
        steps = [f"ulimit -{name} {n}" for name, n in limits.items()]
        options = [part for pair in OPTIONS.items() for part in ("-c", "=".join(pair))]
        script = "; ".join([*steps, 'exec git "$@"'])
        command = ["sh", "-c", script, "git", *options, *arguments]
        places = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.folder),
            "GIT_DIR": str(self.folder),
            "GIT_OBJECT_DIRECTORY": str(self.objects),
        }
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as said:
            status = run(command, out, said, ENVIRONMENT | places)
            if status == NOT_FOUND:
                raise NoGitError("git is not installed: install it and run again")
            if status == -signal.SIGXFSZ:
                raise SubmissionError("its repository holds far too much")
            if status != 0:
                said.seek(0)
                lines = said.read(500).decode(errors="replace").split("\n")
                why = lines[0].removeprefix("fatal: ")
                raise SubmissionError(
                    "git cannot read it: {why}",
                    why=why or say("it ended with {status}", status=status),
                )
            out.seek(0)
            return out.read(most)

    def commits(self, head: str, most: int) -> Sequence[tuple[int, str]]:
        """Return time and hash of a branch's commits, each one's first parent next.

        Raises:
            SubmissionError: the history cannot be read.
        """
        options = ("--first-parent", "--timestamp", f"--max-count={most}")
        lines = self.git("rev-list", *options, head, "--").decode().splitlines()
        return [(int(time), commit) for time, commit in map(str.split, lines)]

    def files(self, commit: str) -> Iterator[FileInCommit]:
        """Yield the files of a commit; submodules are none.

        Raises:
            SubmissionError: they cannot be listed.
        """
        options = ("-r", "-z", "--full-tree")
        listed = self.git("ls-tree", *options, commit, most=MAX_LISTING)
        for entry in listed.split(b"\0")[:-1]:
            facts, _, path = entry.partition(b"\t")
            mode, kind, blob = facts.decode().split()
            if kind == "blob":
                name = path.decode("utf-8", "surrogateescape")
                yield FileInCommit(self, name, mode, blob)


class FileInCommit(Candidate):
    """A file as it was committed, without filters or conversions."""

    def __init__(self, repository: Repository, path: str, mode: str, blob: str) -> None:
        """Take what the commit's tree says of it."""
        super().__init__(path)
        self.repository, self.mode, self.blob = repository, mode, blob

    def read(self, limit: int) -> bytes:
        """Return its bytes; a link's are a path, which is not followed."""
        if self.mode == "120000":
            raise UnfitError(
                "{name} is a symbolic link: hand in the file.", name=self.name
            )
        size = int(self.repository.git("cat-file", "-s", self.blob))
        if size > limit:
            raise self.refuse_size(size, limit)
        return self.repository.git("cat-file", "blob", self.blob)


def run(
    command: Sequence[str], out: IO[bytes], said: IO[bytes], places: Mapping[str, str]
) -> int:
    """Run a command that may start others; return its exit status.

    Raises:
        SubmissionError: it takes too long.
    """
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=said,
        cwd=places["GIT_DIR"],
        env=places,
        start_new_session=True,
    ) as process:
        try:
            return process.wait(SECONDS)
        except subprocess.TimeoutExpired as error:
            os.killpg(process.pid, signal.SIGKILL)
            raise SubmissionError(
                "git takes more than {seconds} s to read it", seconds=SECONDS
            ) from error
