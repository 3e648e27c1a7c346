"""Draw what was measured; runs in the peers' environment, which has matplotlib.

python draw.py FILE.svg < DATA.json
"""

import json
import sys
from statistics import median

import matplotlib as mpl

mpl.use("svg")

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

OURS, OTHERS = "#0b6e4f", "#9aa5b1"
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "bench",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def draw_peers(axes: Axes, peers: list[dict]) -> None:
    """Draw a bar per tool, the cheapest on top, with its spread."""
    peers = sorted(peers, key=lambda peer: -median(peer["cpu"]))
    for y, peer in enumerate(peers):
        cpu = peer["cpu"]
        text = f"  {median(cpu):.2f} s"
        if peer["times"] != 1:
            text += f", {peer['times']:.1f} times ours"
        colour = OURS if peer["times"] == 1 else OTHERS
        axes.barh(y, median(cpu), color=colour, height=0.6)
        axes.plot([min(cpu), max(cpu)], [y, y], color="black", linewidth=1)
        axes.text(max(cpu), y, text, va="center")
    axes.set_yticks(range(len(peers)), [peer["name"] for peer in peers])
    axes.set_xmargin(0.35)
    axes.set_xlabel("CPU seconds per submission of a class, the start included")


def draw_growth(axes: Axes, growth: list[dict]) -> None:
    """Draw CPU and wall clock per submission against the size of the class."""
    for jobs, line in zip(sorted({g["jobs"] for g in growth}), "-:", strict=False):
        mine = [g for g in growth if g["jobs"] == jobs]
        sizes = [g["size"] for g in mine]
        for kind, colour in (("cpu", OURS), ("wall", "#c2410c")):
            label = f"{'CPU' if kind == 'cpu' else 'wall'}, {jobs} at once"
            values = [g[kind] for g in mine]
            axes.plot(sizes, values, line, color=colour, marker="o", ms=3, label=label)
    axes.set(xscale="log", yscale="log", xlabel="students", ylabel="s per submission")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter("{x:g}")
    axes.legend(frameon=False)


def draw_memory(axes: Axes, memory: list[list[float]]) -> None:
    """Draw the memory of all processes over the largest class."""
    axes.plot(*zip(*memory, strict=True), color=OURS, linewidth=1)
    axes.set(ylim=(0, None), xlabel="s, the largest class", ylabel="MiB, all processes")


def main() -> None:
    """Draw the panels that there is data for."""
    data = json.load(sys.stdin)
    panels = [
        (draw, data[key])
        for draw, key in (
            (draw_peers, "peers"),
            (draw_growth, "growth"),
            (draw_memory, "memory"),
        )
        if data[key]
    ]
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            len(panels), figsize=(7.5, 2.6 * len(panels)), squeeze=False
        )
        for (draw, part), place in zip(panels, axes[:, 0], strict=True):
            draw(place, part)
        figure.text(0.01, 0.005, data["where"], fontsize=6, color="#555555")
        figure.tight_layout(rect=(0, 0.02, 1, 1))
        figure.savefig(sys.argv[1], metadata={"Date": None})


main()
