"""Kill a class run at random moments; what it finds in the end must not change.

    python -m bench.faults [--kills 200]

Graders, judges, sandboxes and whole process groups are killed with SIGKILL. A grader
that died is started again by the same command, until the class is graded. Then
scores.json must be, byte for byte, that of a run which nobody disturbed, and a report
that was there before a rerun must not have been written again.
"""

from __future__ import annotations

import contextlib
import difflib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Annotated

import typer

from grader.cli.screen import print_plain
from grader.layout import KIT
from grader.sandbox.processes import descendants

CLASS = KIT.root / "examples" / "class"
TARGETS = ("grader", "zygote", "suite", "judge", "server", "group")
KILLS_PER_RUN = 3
"""At least, in the time that a run takes which nobody disturbs."""


def start(out: Path) -> subprocess.Popen[bytes]:
    """Start the command, in a process group of its own."""
    command = [sys.executable, "-m", "grader", "grade", str(CLASS), "--out", str(out)]
    return subprocess.Popen(
        [*command, "--jobs", "2", "--unsandboxed"],
        cwd=KIT.root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def below(root: int) -> dict[str, list[int]]:
    """Return the processes below `root` by what they call themselves."""
    found: dict[str, list[int]] = defaultdict(list)
    for pid in descendants(root):
        with contextlib.suppress(OSError):
            found[Path(f"/proc/{pid}/comm").read_text().strip()].append(pid)
    return found


def kill(run: subprocess.Popen[bytes], target: str) -> bool:
    """Kill the target; say whether there was one."""
    found = below(run.pid)[f"grader-{target}"]
    with contextlib.suppress(ProcessLookupError):
        match target:
            case "grader":
                os.kill(run.pid, signal.SIGKILL)
            case "group":
                os.killpg(run.pid, signal.SIGKILL)
            case _ if found:
                os.kill(random.choice(found), signal.SIGKILL)
            case _:
                return False
        return True
    return False


def reports(out: Path) -> dict[str, int]:
    """Return the reports that lie there, with the times at which they were written."""
    return {p.name: p.stat().st_mtime_ns for p in out.glob("reports/*.json")}


def disturbed(out: Path, seconds: float, kills: int) -> tuple[int, int]:
    """Grade the class while killing; return how many kills there were, and reruns."""
    done = reruns = 0
    while True:
        before = reports(out)
        run = start(out)
        while run.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                run.wait(random.uniform(0.1, seconds / KILLS_PER_RUN))
            if run.poll() is None and done < kills:
                done += kill(run, random.choice(TARGETS))
        after = reports(out)
        again = [name for name, at in before.items() if after[name] != at]
        if again:
            raise SystemExit(f"graded twice: {again}")
        if run.returncode == 0:
            return done, reruns
        reruns += 1


def main(
    kills: Annotated[int, typer.Option(min=1, help="How many in all.")] = 200,
    each: Annotated[int, typer.Option(min=1, help="At most, for one class.")] = 20,
) -> None:
    """Compare the scores of disturbed runs with those of an undisturbed one."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        if start(Path(folder, "alone")).wait():
            raise SystemExit("the undisturbed run does not end well")
        seconds = time.monotonic() - started
        expected = Path(folder, "alone", "scores.json").read_bytes()
        total = reruns = runs = 0
        while total < kills:
            out = Path(folder, str(runs))
            done, again = disturbed(out, seconds, min(each, kills - total))
            found = (out / "scores.json").read_bytes()
            if found != expected:
                for line in difflib.unified_diff(
                    expected.decode().splitlines(), found.decode().splitlines(), n=8
                ):
                    print_plain(line)
                raise SystemExit("the scores are not those of an undisturbed run")
            total, reruns, runs = total + done, reruns + again, runs + 1
            print_plain(
                f"{total} kills, {runs} classes, {reruns} reruns: nothing graded "
                "twice, scores.json the same bytes each time"
            )


if __name__ == "__main__":
    typer.run(main)
