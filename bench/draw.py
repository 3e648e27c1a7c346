"""Draw what was measured, with the library that draws a class's pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.found import Found
from bench.growth.grow import Growth
from bench.peers.compare import Costs
from bench.table import MIB
from grader.report.charts import INK, STYLE

OURS, OTHERS, WALL = "#0b6e4f", "#9aa5b1", "#c2410c"
WHITE = {"figure.facecolor": "white"}
"""Behind the ink, which stays dark wherever the file is looked at."""


def draw(path: Path, found: Found, where: str) -> None:
    """Draw the panels that there is data for; nothing if there is none."""
    panels: list[Callable[[Axes], None]] = []
    if found.peers:
        panels.append(partial(draw_peers, found.peers.costs))
    if found.growths:
        panels.append(partial(draw_growth, found.growths))
        panels.append(partial(draw_memory, found.growths))
    if not panels:
        return
    with rc_context(STYLE | WHITE):
        figure = Figure(figsize=(7.5, 2.6 * len(panels)), layout="constrained")
        for i, panel in enumerate(panels, 1):
            panel(figure.add_subplot(len(panels), 1, i))
        figure.supxlabel(where, x=0.01, ha="left", fontsize=6)
        figure.savefig(path, metadata={"Date": None, "Creator": None})


def draw_peers(costs: Sequence[Costs], axes: Axes) -> None:
    """Draw a bar per tool, the cheapest on top, with its spread."""
    ours = costs[0]
    ordered = sorted(costs, key=lambda cost: -median(cost.cpu))
    for y, cost in enumerate(ordered):
        middle, most = median(cost.cpu), max(cost.cpu)
        text = f"  {middle:.2f} s"
        if cost is not ours:
            text += f", {median(cost.times(ours)):.1f} times ours"
        axes.barh(y, middle, color=OURS if cost is ours else OTHERS, height=0.6)
        axes.plot([min(cost.cpu), most], [y, y], color=INK, linewidth=1)
        axes.text(most, y, text, va="center")
    axes.set_yticks(range(len(ordered)), [cost.way.name for cost in ordered])
    axes.set_xmargin(0.35)
    axes.set_xlabel("CPU seconds per submission of a class, the start included")


def draw_growth(growths: Sequence[Growth], axes: Axes) -> None:
    """Draw CPU and wall clock per submission against the size of the class."""
    for jobs, line in zip(sorted({g.jobs for g in growths}), "-:", strict=False):
        mine = [g for g in growths if g.jobs == jobs]
        sizes = [g.size for g in mine]
        for kind, values, colour in (
            ("CPU", [g.cpu for g in mine], OURS),
            ("wall", [g.wall for g in mine], WALL),
        ):
            label = f"{kind}, {jobs} at once"
            axes.plot(sizes, values, line, color=colour, marker="o", ms=3, label=label)
    axes.set(xscale="log", yscale="log", xlabel="students", ylabel="s per submission")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter("{x:g}")
    axes.legend(frameon=False)


def draw_memory(growths: Sequence[Growth], axes: Axes) -> None:
    """Draw the memory of all processes over the largest class."""
    largest = max(growths, key=lambda growth: (growth.size, growth.jobs))
    seconds, held = zip(*largest.usage.memory, strict=True)
    axes.plot(seconds, [size / MIB for size in held], color=OURS, linewidth=1)
    axes.set(ylim=(0, None), xlabel="s, the largest class", ylabel="MiB, all processes")
