"""atomic_save leaves the old file or the new one whole, whatever interrupts it."""

import os
import resource
import signal
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any

import pytest
import torch

from grader.observe import draw_name, expect_equal, expect_true, say
from read_write_helpers import DISTINCT, State, read_plainly

pytestmark = pytest.mark.exercise("read_write.atomic_save")


class Bomb:
    """Raises when it is pickled."""

    def __init__(self, kind: type[BaseException]) -> None:
        self.kind = kind

    def __reduce__(self) -> tuple[Any, ...]:
        raise self.kind("this object cannot be pickled")


BOMBS = {"ValueError": ValueError, "KeyboardInterrupt": KeyboardInterrupt}


def attempt(work: Callable[[], None]) -> str:
    """Do it; return the exception's name, those of the system under one."""
    try:
        work()
    except BaseException as error:
        return "OSError" if isinstance(error, OSError) else type(error).__name__
    return "nothing"


def in_child(work: Callable[[], None]) -> str:
    """Do it in a copy of this process; say how that ends."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pid = os.fork()
    if pid == 0:
        os._exit(attempt(work) != "nothing")
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return "killed"
    return "an exception" if os.waitstatus_to_exitcode(status) else "nothing"


def save_in_trouble(
    ex: Any, old: State, new: State, name: str, trouble: str, room: int
) -> tuple[str, Any, list[str]]:
    """Save twice, the second time in trouble; return what is raised, file and names.

    On a disk with `room`, the system refuses what is beyond, or kills the process.
    """

    def work() -> None:
        bomb = {"bomb": Bomb(BOMBS[trouble])} if trouble in BOMBS else {}
        ex.atomic_save({**new, **bomb}, path)

    def work_with_little_room() -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        ends = trouble.startswith("death")
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL if ends else signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        work()

    before, system = os.getcwd(), tempfile.tempdir
    with TemporaryDirectory() as folder:
        file = path = Path(folder, name)
        try:
            if trouble == "a path without a folder":
                os.chdir(folder)
                path, tempfile.tempdir = Path(name), f"{folder}/none"
            ex.atomic_save(old, str(path))
            if trouble == "a folder at the path":
                path.unlink()
                Path(path, "inside").mkdir(parents=True)
            ended = in_child(work_with_little_room) if room else attempt(work)
        finally:
            os.chdir(before)
            tempfile.tempdir = system
        return ended, read_plainly(file), os.listdir(folder)


def save_in_turn(
    ex: Any, old: State, new: State, asked: list[tuple[str, str, int]]
) -> list[tuple[str, Any, list[str]]]:
    """Save under several names, each with its own trouble."""
    return [save_in_trouble(ex, old, new, *each) for each in asked]


def die_before_replacing(
    ex: Any, old: State, new: State
) -> tuple[str, Any, list[Any], list[str]]:
    """Die as os.replace is called; return the old file, the others, and the calls.

    A call is that of os.fsync or os.replace, with the bytes in the other files.
    """
    moves = os.replace, os.rename

    def others() -> list[Path]:
        return [f for f in Path(folder).rglob("*") if f.is_file() and f != path]

    def watch(_frame: Any, event: str, function: Any) -> None:
        if event == "c_call" and function in (os.fsync, os.fdatasync, *moves):
            kind = "move" if function in moves else "sync"
            size = sum(f.stat().st_size for f in others())
            os.write(log.fileno(), f"{kind} {size}\n".encode())
            if kind == "move":
                os.kill(os.getpid(), signal.SIGKILL)

    def work() -> None:
        sys.setprofile(watch)
        ex.atomic_save(new, path)

    with TemporaryDirectory() as folder, TemporaryFile() as log:
        path = Path(folder, "net.pt")
        ex.atomic_save(old, path)
        ended = in_child(work)
        log.seek(0)
        calls = log.read().decode().splitlines()
        return ended, read_plainly(path), [read_plainly(f) for f in others()], calls


def two_states(rng) -> tuple[State, State]:
    """Return a small state, and one of some 20,000 bytes."""
    old, size = {"weight": torch.randn(rng.choice(DISTINCT))}, rng.randrange(1000, 1100)
    return old, {f"layer.{i}": torch.randn(size) for i in range(5)}


TROUBLES = {
    "none": ("nothing", None),
    "a path without a folder": ("nothing", None),
    "ValueError": ("ValueError", None),
    "KeyboardInterrupt": ("KeyboardInterrupt", None),
    "a folder at the path": ("OSError", None),
    "a full disk": ("an exception", range(1000, 18000)),
    "death at the start": ("killed", range(1, 60)),
    "death in the middle": ("killed", range(9000, 18000)),
}


ELSEWHERE = {
    "FileNotFoundError.*/none": "the temporary file is not in the folder of path: "
    "os.replace works in one step only within one file system"
}


@pytest.mark.weight(4)
@pytest.mark.parametrize("trouble", TROUBLES)
def test_atomic_save_leaves_the_old_file_or_the_new_one(observe, rng, trouble):
    old, new = two_states(rng)
    raised, rooms = TROUBLES[trouble]
    name, *others = (draw_name(rng) for _ in range(4))
    asked = [(name, trouble, rng.choice(rooms) if rooms else 0)]
    asked += [(other, "ValueError" * (i == 1), 0) for i, other in enumerate(others)]
    rng.shuffle(asked)  # or whoever knows the suite knows what is raised, and when
    call = say("atomic_save(old, path), then of new; trouble: {it}", it=trouble)

    played = observe(save_in_turn, old, new, asked, call=call, causes=ELSEWHERE)
    seen = {other: each for (other, *_), each in zip(asked, played, strict=True)}

    _, control, _ = seen[others[0]]
    expect_equal(control, new, "The file does not hold what was saved last.")
    ended, saved, names = seen[name]
    expect_equal(
        ended,
        raised,
        "What is raised on the way is not raised on, or something else is.",
        slips={
            "it is passed over in silence": "nothing",
            "cleaning up raises by itself, since there is no file yet": "OSError",
        },
    )
    left = new if raised == "nothing" else old
    expect_equal(
        saved,
        "no file at this path" if "folder at" in trouble else left,
        "atomic_save leaves another file than the new one, or the old if broken off.",
        slips={
            "the old file is removed first": "no file at this path",
            "the file itself is written: write a temporary one": (
                lambda got: "refuses" in got
            ),
        },
    )
    expect_true(
        names == [name] or raised == "killed",
        "When it is broken off, atomic_save leaves a temporary file.",
        expected="the file at path alone",
        got=say("{n} files", n=len(names)),
        cause={
            "KeyboardInterrupt": "KeyboardInterrupt is no Exception: use finally or "
            "except BaseException",
            "a folder at the path": "os.replace may raise too: clean up after it",
        }.get(trouble),
    )


@pytest.mark.weight(2)
def test_atomic_save_replaces_a_whole_file_by_a_whole_one(observe, rng):
    old, new = two_states(rng)

    ended, saved, others, calls = observe(
        die_before_replacing,
        old,
        new,
        call="atomic_save(new, path), killed where it calls os.replace",
    )

    expect_true(
        ended == "killed",
        "atomic_save does not put the new file in place in one step.",
        expected="a call of os.replace",
        got="none",
        cause="a file that is written or copied in place can be cut off halfway",
    )
    expect_equal(saved, old, "The old file is gone before the new one is in its place.")
    expect_true(
        len(others) == 1,
        "The temporary file is not the only one in the folder of path.",
        expected="one file beside path",
        got=say("{n} files", n=len(others)),
        cause=None
        if others
        else "os.replace works in one step only within one file system",
    )
    expect_equal(
        others[0], new, "The temporary file is not complete when it takes its place."
    )
    *before, last = calls
    synced = before[-1].removeprefix("sync ") if before else "no"
    whole = last.removeprefix("move ")
    expect_true(
        synced == whole,
        "The new bytes are not forced to the disk before os.replace.",
        expected=say("os.fsync with all {moved} bytes written", moved=whole),
        got=say("os.fsync with {synced} bytes written", synced=synced)
        if before
        else "no os.fsync",
        cause="file.flush() comes before os.fsync: the rest is still in a buffer"
        if before
        else "after a crash, the new name may stand for an empty file",
    )
