"""Tables of what was measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bench.cold.tables import full_table, judges_table
from bench.floor.compare import Floor
from bench.found import Bar, Found, bars
from bench.growth.grow import Growth, Rerun
from bench.peers.compare import Comparison
from bench.peers.ours import Ours
from bench.selfcheck import Counted
from bench.table import MB, Table, mib, spread


def tables(found: Found) -> Iterator[Table]:
    """Yield a table for each part."""
    if found.peers:
        size = found.peers.costs[0].class_size
        title = f"48 tests, a class of {size}: per submission, start included"
        yield peers_table(found.peers, title, warm_notes(found.floors))
    if found.cold:
        yield peers_table(found.cold.small, "48 tests, one submission from nothing")
        yield full_table(found.cold.full)
        yield judges_table(found.cold)
    if found.floors:
        yield floor_table(found.floors)
    if found.rerun:
        yield growth_table(found.growths, found.rerun, found.only)
    if found.counted:
        yield counted_table(found.counted)
    if held_to := list(bars(found)):
        yield bars_table(held_to)


def counted_table(found: Sequence[Counted]) -> Table:
    """Tell whether work in the sandbox is counted."""
    rows = [
        [f"{c.where}, counted {c.way}", f"{c.burnt:.1f}", f"{c.counted:.2f}"]
        for c in found
    ]
    notes = [
        "The sandbox looks at a submission of several processes fifty times a second; "
        "that is counted, too."
    ]
    columns = ["CPU burnt in the sandbox", "s burnt", "s counted"]
    return Table("The measurement itself", columns, rows, notes)


def warm_notes(floors: Mapping[str, Floor]) -> list[str]:
    """Tell what a submission costs without the start, where that was measured."""
    if not floors:
        return []
    warm = spread(floors["small"].graded)
    return [f"Each further submission costs {Ours.name} {warm} s of CPU."]


def peers_table(found: Comparison, title: str, more: Sequence[str] = ()) -> Table:
    """Compare the tools."""
    ours = found.costs[0]
    rows = [
        [
            f"{cost.way.name} {cost.version}".strip(),
            spread(cost.cpu),
            spread(cost.times(ours), 1),
            spread(cost.wall),
            mib(cost.peak),
            str(min(cost.way.jobs, cost.class_size)),
        ]
        for cost in found.costs
    ]
    notes = [f"{cost.way.name}: {cost.way.how}." for cost in found.costs]
    notes += [f"{name} is left out: {why}." for name, why in found.left_out.items()]
    notes += more
    points = ", ".join(f"{value:g}" for value in found.points.values())
    notes.append(
        f"All agree on every test of every submission, and on points: {points}."
    )
    columns = ["tool", "CPU s", "times ours", "wall s", "peak MiB", "at once"]
    return Table(title, columns, rows, notes)


def floor_table(found: Mapping[str, Floor]) -> Table:
    """Compare grading with the tests alone."""
    names = {"small": "48 small tests", "full": "the hidden suite, solutions"}
    rows = [
        [
            names[suite],
            spread(floor.alone, 3),
            spread(floor.graded, 3),
            spread(floor.ratios, 1),
            f"{floor.memory / MB:.0f}",
        ]
        for suite, floor in found.items()
    ]
    notes = [
        "Each further submission, all processes warm. Alone: pytest runs the tests and "
        "the submission in one process, those on the simulated accelerator in another.",
    ]
    columns = ["suite", "alone, CPU s", "graded, CPU s", "times", "own MB"]
    return Table("What grading adds to the tests", columns, rows, notes)


def growth_table(found: Sequence[Growth], rerun: Rerun, only: str) -> Table:
    """Tell how cost grows with the class."""
    rows = [
        [
            str(growth.size),
            str(growth.jobs),
            f"{growth.usage.wall:.1f}",
            f"{growth.cpu:.2f}",
            f"{growth.wall:.2f}",
            mib(growth.usage.peak),
            "" if growth.drift is None else f"{growth.drift:.2f}",
        ]
        for growth in found
    ]
    notes = [
        "Everyone loses points where the answer is wrong, and nowhere else.",
        f"The same command again, nothing changed, {rerun.size} students: "
        f"{rerun.usage.wall:.1f} s ({rerun.usage.cpu:.1f} s of CPU), none graded.",
        "Memory, late to early: the highest in the last fifth of the run, as a part of "
        "the highest in the second fifth.",
    ]
    columns = [
        "students",
        "jobs",
        "s",
        "CPU s each",
        "s each",
        "peak MiB",
        "late/early",
    ]
    what = f"the topic {only}" if only else "all topics"
    return Table(f"`grader grade` on a class, {what}", columns, rows, notes)


def bars_table(found: Sequence[Bar]) -> Table:
    """Tell which bars are met."""
    rows = [
        [
            bar.what,
            f"{bar.value:.2f} {bar.unit}".strip(),
            f"{bar.limit:g} {bar.unit}".strip(),
            "met" if bar.met else "NOT MET",
        ]
        for bar in found
    ]
    return Table("The bars", ["bar", "measured", "at most", ""], rows)
