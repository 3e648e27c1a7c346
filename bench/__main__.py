"""Measure the grader: beside others, from nothing, against its floor, as a class grows.

    python -m bench [--rounds 3] [--students 10] [--part growth] [--full] [--jobs 2]

Exits with 1 if two tools disagree on a score, if the measurement misses work that is
done in the sandbox, or if a bar is not met.
"""

from __future__ import annotations

import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from bench.cold.compare import find_cold
from bench.draw import draw
from bench.floor.compare import find_floor
from bench.found import Found, bars, machine
from bench.growth.grow import WrongScoresError, grow
from bench.measure import CommandError
from bench.peers.compare import CLASS, DisagreementError, compare
from bench.report import tables
from bench.selfcheck import UncountedError, check_counting
from grader.cli.screen import errors, out, print_error
from grader.files import write_text

HERE = Path(__file__).parent
BOTH = (1, 2)
TOPIC = "custom_layer"
FAILURES = (CommandError, DisagreementError, UncountedError, WrongScoresError)


class Part(StrEnum):
    """What can be measured on its own."""

    CHECK = "check"
    PEERS = "peers"
    COLD = "cold"
    FLOOR = "floor"
    GROWTH = "growth"


def main(
    rounds: Annotated[int, typer.Option(min=1, help="Of everything compared.")] = 3,
    students: Annotated[int, typer.Option(min=1, max=10, help="Compared on.")] = 10,
    largest: Annotated[int, typer.Option(min=1, help="Largest class.")] = 100,
    full: Annotated[
        bool, typer.Option("--full", help="Up to 1,000 students, all topics.")
    ] = False,
    jobs: Annotated[
        list[int] | None, typer.Option(min=1, help="Of growing classes; 1, 2 if none.")
    ] = None,
    part: Annotated[
        list[Part] | None, typer.Option(help="Only this; may be repeated.")
    ] = None,
    folder: Annotated[
        Path, typer.Option("--out", help="Where tables and drawing go.")
    ] = HERE / "results",
) -> None:
    """Measure, print the tables and write them, draw."""
    where, found, parts = machine(), Found(), part or list(Part)
    largest, found.only = (1000, "") if full else (largest, TOPIC)
    with tempfile.TemporaryDirectory() as work:
        home = Path(work)
        try:
            if Part.CHECK in parts:
                tell("the measurement itself")
                found.counted = check_counting(home / "check")
            if Part.PEERS in parts:
                found.peers = compare(home / "peers", rounds, students, CLASS, tell)
            if Part.COLD in parts:
                found.cold = find_cold(home / "cold", rounds, tell)
            if Part.FLOOR in parts:
                found.floors = find_floor(home / "floor", rounds, tell)
            if Part.GROWTH in parts:
                sizes = [size for size in (1, 10, 100, 1000) if size <= largest]
                grown = grow(home / "growth", sizes, jobs or BOTH, found.only, tell)
                found.growths, found.rerun = grown
        except FAILURES as error:
            print_error(str(error))
            raise typer.Exit(1) from error
    shown = list(tables(found))
    folder.mkdir(exist_ok=True)
    text = "\n".join(table.markdown() for table in shown)
    write_text(folder / "last.md", f"# The last run\n\n{where}\n\n{text}")
    draw(folder / "last.svg", found, where)
    out.print(Text(where), soft_wrap=True)
    for table in shown:
        out.print()
        out.print(table.rich())
    raise typer.Exit(0 if all(bar.met for bar in bars(found)) else 1)


def tell(what: str) -> None:
    """Say what is measured now."""
    errors.print(Text(what, style="dim"))


if __name__ == "__main__":
    typer.run(main)
