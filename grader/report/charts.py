"""Plots as SVG, drawn by matplotlib: it is kept up, and similar's package brings it.

Ink has the colour of the page's text, so that they read by day and by night. Each plot
stands beside its numbers in a table; for who listens to the page, it is a title.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup, escape
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

INK = "#010203"
FONT = "'DejaVu Sans'"
"""What matplotlib brings, and measures text with."""
BAR = "#4c84c4"
STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "report",
    "font.size": 9,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "figure.facecolor": "none",
}
BINS = 10
"""Of equal width, from nothing to all points."""
Counts = Sequence[int]


def count_shares(shares: Sequence[float]) -> list[int]:
    """Return how many shares, 0 to 1, lie in each of the bins; 1 is in the last."""
    counts = [0] * BINS
    for share in shares:
        counts[min(int(share * BINS + 1e-9), BINS - 1)] += 1
    return counts


def draw_bars(panels: Sequence[tuple[str, Counts]], title: str, across: int) -> Markup:
    """Return a plot with a panel of bars for each name and its counts.

    Args:
        panels: what stands side by side, in rows.
        title: for who does not see it.
        across: panels of a row.
    """
    down = -(-len(panels) // across)
    with rc_context(STYLE):
        figure = Figure(figsize=(2.3 * across + 0.4, 1.7 * down), layout="constrained")
        for i, (name, counts) in enumerate(panels, 1):
            draw_panel(figure.add_subplot(down, across, i), name, counts)
        stream = io.StringIO()
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return to_inline(stream.getvalue(), title)


def draw_panel(axis: Axes, name: str, counts: Counts) -> None:
    """Draw the bars of one panel."""
    edges = [100 * i / BINS for i in range(BINS)]
    axis.bar(edges, counts, width=100 / BINS, align="edge", color=BAR, edgecolor=INK)
    axis.set_title(name, fontsize=9)
    axis.set_xlim(0, 100)
    axis.set_ylim(0, max(*counts, 1) * 1.05)
    axis.set_xticks([0, 50, 100], ["0 %", "50 %", "100 %"])
    axis.yaxis.set_major_locator(MaxNLocator(integer=True))


def to_inline(svg: str, title: str) -> Markup:
    """Return an SVG as a part of a page."""
    inner = svg[svg.index("<svg") :]
    inner = inner.replace(INK, "currentColor").replace(FONT, "system-ui")
    opening = f'<svg role="img" aria-label="{escape(title)}" '
    return Markup(inner.replace("<svg ", opening, 1))
