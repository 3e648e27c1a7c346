"""atomic_save leaves the old file or the new one whole, whatever interrupts it."""

import contextlib
import os
import resource
import signal
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch

from grader.observe import expect_equal, expect_error, expect_true, say
from read_write_helpers import DISTINCT, State, exactly, expect_same, form, read_plainly

pytestmark = pytest.mark.exercise("read_write.atomic_save")


class Bomb:
    """Raises, or ends the process, when it is pickled."""

    def __init__(self, how: str):
        self.how = how

    def __reduce__(self) -> tuple[Any, ...]:
        if self.how == "KeyboardInterrupt":
            raise KeyboardInterrupt
        raise ValueError("this object cannot be pickled")


def save_over(ex: Any, old: Any, new: Any, kind: str = "") -> list[Any]:
    """Return the file and the names beside it, where the system's folder is none."""
    before, system = os.getcwd(), tempfile.tempdir
    with TemporaryDirectory() as folder:
        path = f"{folder}/net.pt"
        tempfile.tempdir = f"{folder}/none"
        try:
            if kind == "bare":
                os.chdir(folder)
                path = "net.pt"
            ex.atomic_save(old, path)
            ex.atomic_save(new, Path(path))
        finally:
            os.chdir(before)
            tempfile.tempdir = system
        return [exactly(read_plainly(f"{folder}/net.pt")), os.listdir(folder)]


def save_bomb(ex: Any, state: State, how: str) -> None:
    with TemporaryDirectory() as folder:
        ex.atomic_save({**state, "bomb": Bomb(how)}, Path(folder, "net.pt"))


def survive_bomb(ex: Any, old: State, how: str) -> tuple[Any, list[str]]:
    with TemporaryDirectory() as folder:
        path = Path(folder, "net.pt")
        ex.atomic_save(old, path)
        with contextlib.suppress(Exception, KeyboardInterrupt):
            ex.atomic_save({**old, "bomb": Bomb(how) if how else 1}, path)
        return read_plainly(path), os.listdir(folder)


def in_child(work: Callable[[], None]) -> str:
    """Run `work` in a copy of this process; say how that ends."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pid = os.fork()
    if pid == 0:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return "killed"
    return "done" if os.waitstatus_to_exitcode(status) == 0 else "raised"


def save_with_little_room(
    ex: Any, old: State, new: State, room: int, on_full: str
) -> tuple[str, State | str, list[str]]:
    """Save where the system ends the process, or refuses, beyond `room` bytes."""

    def work() -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        ends = on_full == "killed"
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL if ends else signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        ex.atomic_save(new, path)

    with TemporaryDirectory() as folder:
        path = Path(folder, "net.pt")
        ex.atomic_save(old, path)
        ended = in_child(work)
        return ended, read_plainly(path), os.listdir(folder)


def die_before_replacing(
    ex: Any, old: State, new: State
) -> tuple[str, State | str, list[Any], list[tuple[str, int]]]:
    """Die as os.replace is called; return the old file, the others, and the events.

    An event is a call of os.fsync or os.replace with the bytes in the other files.
    """
    syncs, moves = (os.fsync, os.fdatasync), (os.replace, os.rename)

    def others() -> list[Path]:
        return [f for f in Path(folder).rglob("*") if f.is_file() and f != path]

    def watch(_frame: Any, event: str, function: Any) -> None:
        if event == "c_call" and (function in syncs or function in moves):
            kind = "sync" if function in syncs else "move"
            size = sum(f.stat().st_size for f in others())
            os.write(log, f"{kind} {size}\n".encode())
            if kind == "move":
                os.kill(os.getpid(), signal.SIGKILL)

    def work() -> None:
        sys.setprofile(watch)
        ex.atomic_save(new, path)

    with TemporaryDirectory() as folder, TemporaryDirectory() as elsewhere:
        path = Path(folder, "net.pt")
        ex.atomic_save(old, path)
        log = os.open(f"{elsewhere}/log", os.O_RDWR | os.O_CREAT)
        ended = in_child(work)
        events = [
            line.split() for line in Path(elsewhere, "log").read_text().split("\n")
        ]
        os.close(log)
        found = [(e[0], int(e[1])) for e in events if e]
        return ended, read_plainly(path), [read_plainly(f) for f in others()], found


def two_states(rng) -> tuple[State, State]:
    """Return a small state, and one of some 20,000 bytes."""
    old = {"weight": torch.randn(rng.choice(DISTINCT))}
    return old, {f"layer.{i}": torch.randn(1000) for i in range(5)}


def test_atomic_save_leaves_the_new_file_alone(sweep, rng):
    old, new = two_states(rng)

    sweep.cases(
        save_over,
        {
            "": (old, new),
            "for a smaller object after a larger one": (new, old),
            "for a list": (new, [1, "two", None]),
            "for a path without a folder": (old, new, "bare"),
        },
        call="atomic_save(old, path), then of new",
        fault="The file does not hold what was saved last, or is not alone.",
        because={
            "for a path without a folder": "os.path.dirname of a bare name is empty: "
            "its folder is the working directory"
        },
        causes={
            "FileNotFoundError.*/none": "the temporary file is not in the folder of "
            "path: os.replace works in one step only within one file system"
        },
    )


@pytest.mark.parametrize("how", ["ValueError", "KeyboardInterrupt"])
def test_atomic_save_that_raises_leaves_the_old_file(observe, rng, how):
    old, _ = two_states(rng)
    call = say("atomic_save of an object that raises {how} when it is pickled", how=how)

    control, _ = observe(survive_bomb, old, "", call="atomic_save(old, path), twice")
    raised = observe.error(save_bomb, old, how, call=call)
    saved, names = observe(survive_bomb, old, how, call=call)

    expect_same(control, {**old, "bomb": 1}, "The file does not hold what was saved.")
    kind = {"ValueError": ValueError, "KeyboardInterrupt": KeyboardInterrupt}[how]
    expect_error(raised, kind, "atomic_save does not raise on what torch.save raises.")
    expect_same(
        saved,
        old,
        "After an error, the old file is not as it was.",
        slips={"opening a file for writing empties it": lambda got: got != form(old)},
    )
    expect_equal(
        names,
        ["net.pt"],
        "After an error, a temporary file is left.",
        slips={
            "KeyboardInterrupt is no Exception: use finally or except BaseException"
            if how == "KeyboardInterrupt"
            else "remove it before raising on": lambda _: True
        },
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("at", ["start", "middle"])
def test_atomic_save_killed_while_writing_leaves_the_old_file(observe, rng, at):
    old, new = two_states(rng)
    room = rng.randrange(1, 60) if at == "start" else rng.randrange(9000, 18000)

    ended, saved, _ = observe(
        save_with_little_room,
        old,
        new,
        room,
        "killed",
        call=say("atomic_save(new, path), killed after {room} bytes", room=room),
    )

    expect_same(
        saved,
        old,
        "When the process dies while it writes, the old file is lost.",
        slips={"the file itself is written: write a temporary one": lambda _: True},
    )
    expect_equal(ended, "killed", "atomic_save writes less than the object takes.")


def test_atomic_save_on_a_full_disk_leaves_the_old_file(observe, rng):
    old, new = two_states(rng)
    room = rng.randrange(1000, 18000)

    ended, saved, names = observe(
        save_with_little_room,
        old,
        new,
        room,
        "refused",
        call=say(
            "atomic_save(new, path) on a disk with room for {room} bytes", room=room
        ),
    )

    expect_same(
        saved,
        old,
        "When the disk is full, the old file is lost.",
        slips={"the file itself is written: write a temporary one": lambda _: True},
    )
    expect_equal(ended, "raised", "A full disk is passed over in silence.")
    expect_equal(names, ["net.pt"], "When the disk is full, a temporary file is left.")


@pytest.mark.weight(2)
def test_atomic_save_replaces_a_whole_file_by_a_whole_one(observe, rng):
    old, new = two_states(rng)

    ended, saved, others, events = observe(
        die_before_replacing,
        old,
        new,
        call="atomic_save(new, path), killed where it calls os.replace",
    )

    moved = [size for kind, size in events if kind == "move"]
    synced = [size for kind, size in events if kind == "sync"]
    expect_true(
        ended == "killed" and len(moved) == 1,
        "atomic_save does not put the new file in place in one step.",
        expected="a call of os.replace",
        got="none",
        cause="a file that is written or copied in place can be cut off halfway",
    )
    expect_same(saved, old, "The old file is gone before the new one is in its place.")
    expect_true(
        len(others) > 0,
        "The temporary file is not in the folder of path.",
        expected="it lies beside path",
        got="it lies elsewhere",
        cause="os.replace works in one step only within one file system",
    )
    expect_equal(len(others), 1, "There is more than one temporary file.")
    expect_same(
        others[0], new, "The temporary file is not complete when it takes its place."
    )
    expect_true(
        moved[0] in synced[-1:],
        "The new bytes are not forced to the disk before os.replace.",
        expected=say("os.fsync with all {moved} bytes written", moved=moved[0]),
        got=say("os.fsync with {synced} bytes written", synced=synced[-1])
        if synced
        else "no os.fsync",
        cause="file.flush() comes before os.fsync: the rest is still in a buffer"
        if synced
        else "after a crash, the new name may stand for an empty file",
    )
