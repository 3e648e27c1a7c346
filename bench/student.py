"""Time what a student waits for: saves under `make watch`, and `make test`.

    python -m bench.student [--saves 20] [--runs 10]

A save is timed by the wall clock, from before the write to the verdict on the screen;
commands are compared by the CPU time that they and their children use, since that
depends less on what else the machine does.
"""

from __future__ import annotations

import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from grader.cli.screen import print_plain
from grader.files import pack_files
from grader.layout import KIT
from grader.release import handout

EXERCISE = "model_construction.MySequential"
CAUGHT = ("self.add_module(str(i), module)", "setattr(self, f'layer{i}', module)")
VERDICT = "Checked in"


def main(
    saves: Annotated[int, typer.Option(min=2, help="Saves to time.")] = 20,
    runs: Annotated[int, typer.Option(min=2, help="Runs of each command.")] = 10,
) -> None:
    """Print the distribution of times from save to verdict, and CPU per command."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = unpack(Path(folder))
        show("save to verdict, wall", [*time_saves(workspace, saves)])
        torch = [sys.executable, "-c", "import torch"]
        one = [sys.executable, "-m", "grader", "test", EXERCISE]
        seen = [sys.executable, "-m", "grader", "progress"]
        times: dict[str, list[float]] = {"import torch": [], "test": [], "progress": []}
        for _ in range(runs):
            for seconds, command in zip(
                times.values(), (torch, one, seen), strict=True
            ):
                seconds.append(cpu_seconds(command, workspace))
    show("python -c 'import torch', CPU", times["import torch"])
    show(f"make test EX={EXERCISE}, CPU", times["test"])
    show("make progress, nothing changed, CPU", times["progress"])
    ratio = statistics.median(times["test"]) / statistics.median(times["import torch"])
    print_plain(f"make test costs {ratio:.2f} times import torch (medians)")
    print_plain(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def unpack(folder: Path) -> Path:
    """Unpack a handout with the first topic solved; return where it lies."""
    archive = folder / "handout.zip"
    archive.write_bytes(pack_files(handout.collect(KIT), "workspace"))
    with zipfile.ZipFile(archive) as handed_out:
        handed_out.extractall(folder)
    return folder / "workspace"


def time_saves(workspace: Path, count: int) -> Iterator[float]:
    """Yield the seconds from each save to its verdict, right and wrong in turn."""
    path = workspace / "exercises" / "model_construction.py"
    right = (KIT.solutions / path.name).read_text()
    wrong = right.replace(*CAUGHT)
    path.write_text(right)
    with subprocess.Popen(
        [sys.executable, "-m", "grader", "watch"],
        cwd=workspace,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as watch:
        assert watch.stdout is not None
        await_line(watch.stdout, "Save a file")
        for number in range(count):
            text = (wrong, right)[number % 2]
            start = time.perf_counter()
            path.write_text(text)
            await_line(watch.stdout, VERDICT)
            yield time.perf_counter() - start
            time.sleep(0.2)  # a student's hands are slower still
        watch.send_signal(signal.SIGINT)


def await_line(stream: Iterator[str], beginning: str) -> None:
    """Read until a line begins as expected."""
    if not any(line.startswith(beginning) for line in stream):
        raise RuntimeError("watch has ended")


def cpu_seconds(command: list[str], workspace: Path) -> float:
    """Return the CPU seconds of one run."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=workspace, stdout=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def show(what: str, seconds: list[float]) -> None:
    """Print a distribution."""
    ordered = sorted(seconds)
    ninth = ordered[min(len(ordered) - 1, round(0.9 * len(ordered)))]
    median = statistics.median(ordered)
    print_plain(
        f"{what}: min {ordered[0]:.2f}, median {median:.2f}, p90 {ninth:.2f}, "
        f"max {ordered[-1]:.2f} s ({len(ordered)} times)"
    )


if __name__ == "__main__":
    typer.run(main)
