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

from grader.observe import draw_name
from grader.words import as_text, say
from read_write_helpers import DISTINCT, State, unpack

pytestmark = pytest.mark.exercise("read_write.atomic_save")


class Bomb:
    """Raises when it is pickled, with a text."""

    def __init__(self, kind: type[BaseException], text: str = "") -> None:
        self.kind, self.text = kind, text

    def __reduce__(self) -> tuple[Any, ...]:
        raise self.kind(self.text)


KINDS = ValueError, KeyboardInterrupt, SystemExit
BOMBS = {kind.__name__: kind for kind in KINDS}
SYNCS, MOVES = (os.fsync, os.fdatasync), (os.replace, os.rename)
FAILS = "an error of os.fsync"
CALLS = {"a break at os.fsync": SYNCS, "a break at os.replace": MOVES, FAILS: SYNCS}


def attempt(work: Callable[[], None]) -> str:
    """Do it; return the exception's name and text, those of the system under one."""
    try:
        work()
    except BaseException as error:
        is_system = isinstance(error, OSError)
        return "OSError" if is_system else f"{type(error).__name__} {error}"
    return "nothing"


def in_child(work: Callable[[], None]) -> str:
    """Do it in a copy of this process; say how that ends."""
    with warnings.catch_warnings(action="ignore"):
        pid = os.fork()
    if pid == 0:
        os._exit(attempt(work) != "nothing")
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return "killed"
    return "an exception" if os.waitstatus_to_exitcode(status) else "nothing"


def save_in_trouble(
    ex: Any, old: State, new: State, name: str, trouble: str, room: int
) -> dict[str, Any]:
    """Save three times, last in trouble, perhaps with some room on the disk."""

    def interrupt(_frame: Any, event: str, function: Any) -> None:
        if event == "c_call" and function in CALLS[trouble]:
            raise (OSError if trouble == FAILS else KeyboardInterrupt)(name)

    def work() -> None:
        bomb = {"bomb": Bomb(BOMBS[trouble], name)} if trouble in BOMBS else {}
        sys.setprofile(interrupt if trouble in CALLS else None)
        try:
            ex.atomic_save({**new, **bomb}, path)
        finally:
            sys.setprofile(None)

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
            for state in (new, old):
                ex.atomic_save(state, str(path))
            found = {"before": unpack(file)}
            if trouble == "a folder at the path":
                path.unlink()
                Path(path, "inside").mkdir(parents=True)
            ended = in_child(work_with_little_room) if room else attempt(work)
        finally:
            os.chdir(before)
            tempfile.tempdir = system
        names = "" if ended == "killed" else " ".join(sorted(os.listdir(folder)))
        return {**found, "ends": ended, "file": unpack(file), "names": names}


def save_under_names(ex: Any, old: State) -> dict[str, Any]:
    """Save by each name, then break off; return what the folder holds."""
    with TemporaryDirectory() as folder:
        for name in NAMES:
            ex.atomic_save(old, Path(folder, name))
            attempt(lambda n=name: ex.atomic_save([Bomb(OSError)], f"{folder}/{n}"))
        return {n: unpack(Path(folder, n)) for n in sorted(os.listdir(folder))}


def die_before_replacing(ex: Any, old: State, new: State) -> dict[str, Any]:
    """Die as os.replace is called; return what then is in files and on the disk."""

    def others() -> list[Path]:
        return [f for f in Path(folder).rglob("*") if f.is_file() and f != path]

    def watch(_frame: Any, event: str, function: Any) -> None:
        if event == "c_call" and function in SYNCS + MOVES:
            size = sum(f.stat().st_size for f in others())
            os.write(log.fileno(), f"{size}\n".encode())
            if function in MOVES:
                os.kill(os.getpid(), signal.SIGKILL)

    def of_files(sync: Any) -> Any:
        def synced(file: Any) -> Any:
            number = file if isinstance(file, int) else file.fileno()
            return Path(f"/dev/fd/{number}").is_dir() or sync(file)

        return synced

    def work() -> None:
        os.fsync, os.fdatasync = map(of_files, SYNCS)
        sys.setprofile(watch)
        ex.atomic_save(new, path)

    with TemporaryDirectory() as folder, TemporaryFile() as log:
        path = Path(folder, "net.pt")
        ex.atomic_save(old, path)
        ended = in_child(work)
        log.seek(0)
        return {
            "ends": ended,
            "old": unpack(path),
            "others": [unpack(f) for f in others()],
            "synced": log.read().decode(),
        }


def judge_sizes(found: dict[str, Any]) -> dict[str, Any]:
    """Return the same with words for the sizes of what was synced and moved."""
    *synced, moved = found["synced"].split() or [""]
    whole = moved.isdigit() and int(moved) > 1_000 and synced[-1:] == [moved]
    return {**found, "synced": "whole" if whole else len(synced)}


def two_states(rng) -> tuple[State, State]:
    """Return a small state, and one of some 20,000 bytes."""
    old, n = {"weight": torch.randn(rng.choice(DISTINCT))}, rng.randrange(1000, 1100)
    return old, {f"layer.{i}": torch.randn(n) for i in range(5)}


NAMES = "net", "net.tmp", "net.temp", "net.new", "net.part", "net.bak", "tmp"
CALM = "none", "a path without a folder"
TROUBLES = {
    **dict.fromkeys([*CALM, *BOMBS, *CALLS]),
    "a folder at the path": None,
    "a full disk": range(1000, 18000),
    "death at the start": range(1, 60),
    "death in the middle": range(9000, 18000),
}
IN_PLACE = "a file that is not put in place in one step can be cut off halfway"
UNSYNCED = "no os.fsync of all bytes: the new name may stand for an empty file"
ELSEWHERE = (
    "the temporary file is not in the folder of path: os.replace works in one step "
    "only within one file system"
)
CLEAN = "os.replace may raise too: clean up after it"
BASE = "KeyboardInterrupt is no Exception: use finally or except BaseException"
LEFT = {"KeyboardInterrupt": BASE, "SystemExit": BASE, "a break at os.fsync": BASE}
LEFT |= {"a break at os.replace": CLEAN, "a folder at the path": CLEAN}
SILENT = {
    "a break at os.fsync": UNSYNCED,
    "a break at os.replace": IN_PLACE,
    FAILS: "what os.fsync raises is passed over: the bytes may never reach the disk",
}
LOOSE = {
    UNSYNCED: lambda got: got["synced"] == 0,
    "file.flush() comes before os.fsync: the rest is still in a buffer": (
        lambda got: got["synced"] != "whole"
    ),
}


@pytest.mark.weight(4)
@pytest.mark.parametrize("trouble", TROUBLES)
def test_atomic_save_leaves_the_old_file_or_the_new_one(sweep, rng, trouble):
    rooms = TROUBLES[trouble]
    name = draw_name(rng)
    args = *two_states(rng), name, trouble, rng.choice(rooms) if rooms else 0

    sweep.cases(
        save_in_trouble,
        {"": args},
        call=say(
            "atomic_save(old, path), then of new; trouble: {x}", x=as_text(trouble)
        ),
        fault="atomic_save leaves another file than the new one, or the old one and "
        "nothing else if broken off.",
        causes={"FileNotFoundError.*/none": ELSEWHERE},
        slips={
            SILENT.get(trouble, "what is raised is passed over in silence"): (
                lambda got: got["ends"] == "nothing" and trouble not in CALM
            ),
            "cleaning up raises by itself, since there is no file yet": (
                lambda got: got["ends"] == "OSError" and trouble in BOMBS
            ),
            "what is raised on the way is not raised on": (
                lambda got: trouble in BOMBS and got["ends"] != f"{trouble} {name}"
            ),
            "the old file is removed first": (
                lambda got: got["file"] == "no file at this path"
            ),
            "the file itself is written: write a temporary one": (
                lambda got: "refuses" in got["file"]
            ),
            LEFT.get(trouble, "it leaves a temporary file"): (
                lambda got: got["names"] not in ("", name)
            ),
        },
    )


def test_the_temporary_file_is_never_the_old_one(sweep, rng):
    sweep.cases(
        save_under_names,
        {"": two_states(rng)[:1]},
        call="atomic_save(obj, “net.tmp”), broken off",
        slips={"the temporary file may be the old one": lambda got: {*got} < {*NAMES}},
    )


@pytest.mark.weight(2)
def test_atomic_save_replaces_a_whole_file_by_a_whole_one(sweep, rng):
    old, new = two_states(rng)

    sweep.cases(
        die_before_replacing,
        {"": (old, new), "for a small file": (new, old)},
        reads=judge_sizes,
        call="atomic_save(new, path), killed where it calls os.replace",
        fault="atomic_save does not put a whole file in place in one step.",
        slips={
            IN_PLACE: lambda got: got["ends"] != "killed",
            "the old file is gone before the new one is in its place": (
                lambda got: isinstance(got["old"], str)
            ),
            ELSEWHERE: lambda got: not got["others"],
        }
        | LOOSE,
        because={"for a small file": LOOSE},
    )
