"""Draw the picture of each topic beside this file: `make pictures`.

A picture brings its own background and follows the reader's choice of light or dark.
`TEXTS` holds all that is written in words; names of Python stand in the drawings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from xml.sax.saxutils import escape

TEXTS: Mapping[str, Mapping[str, str]] = {
    "model_construction": {
        "alt": "How a module registers its children: two layers assigned to self are "
        "kept in _modules, where parameters, state_dict and to find them; a layer in a "
        "plain list is found by none of them.",
        "written": "in __init__",
        "kept": "the module keeps",
        "found": "who looks there",
        "registered": "registered",
        "plain": "a plain list",
        "lost": "nobody looks here",
    },
    "parameters": {
        "alt": "Shared parameters: a network runs one Linear layer twice, with a ReLU "
        "between. Both uses read the same weight and bias, which are listed once, and "
        "each use adds to the one gradient.",
        "first": "first use",
        "second": "second use",
        "one": "one weight, one bias",
        "listed": "listed once",
        "gradient": "the gradient is the sum",
    },
    "deferred_init": {
        "alt": "A lazy layer before and after its first call: LazyLinear(8) has a "
        "weight without a shape; the first input, of width 4, makes the layer a Linear "
        "whose weight has the shape 8 by 4. The parameter stays the same object.",
        "before": "before",
        "after": "after",
        "call": "first call",
        "shapeless": "no shape yet",
        "same": "the same parameter object",
    },
    "custom_layer": {
        "alt": "Forward and backward through a function: forward turns x into y and "
        "saves x; backward gets the gradient in y, takes x from what was saved, and "
        "returns the gradient in x.",
        "saved": "saved",
        "forward": "the values go forward",
        "backward": "the gradients come back",
    },
    "read_write": {
        "alt": "What state_dict saves: parameters and buffers go to the file, as names "
        "and tensors. Buffers with persistent=False, other attributes and the code of "
        "forward stay behind.",
        "network": "a network",
        "file": "the file",
        "parameters": "parameters",
        "buffers": "buffers",
        "transient": "buffers, persistent=False",
        "attributes": "other attributes",
        "code": "the code of forward",
        "stays": "stays behind",
    },
    "use_gpu": {
        "alt": "Host and device: the host, with Python and the batch, copies the batch "
        "to the device with to(device), and sends operators to a queue without "
        "waiting. The device, with network and batch, computes; item() copies a "
        "number back, and the host waits for it.",
        "host": "host (CPU)",
        "device": "device (GPU)",
        "batch": "batch",
        "moved": "batch, network",
        "step": "a step of training",
        "queue": "operators in a queue",
        "loss": "loss",
        "number": "a number",
        "copy": "copy",
        "goes": "goes on at once",
        "waits": "copy; the host waits",
    },
}

STYLE = """\
.page { fill: #ffffff; stroke: #d0d7de }
.box { fill: #eef3fb; stroke: #3f669e }
.good { fill: #e9f5ec; stroke: #2e7d4f }
.grad { fill: #fdf1e3; stroke: #a15c00 }
.lost { fill: #fdf1e3; stroke: #a15c00; stroke-dasharray: 5 4 }
.line { fill: none; stroke: #3f669e; stroke-width: 1.8 }
.back { fill: none; stroke: #a15c00; stroke-width: 1.8 }
.head { fill: #3f669e }
.backhead { fill: #a15c00 }
text { fill: #1f2328; font: 15px system-ui, sans-serif; text-anchor: middle }
.code { font-family: ui-monospace, monospace; font-size: 14px }
.soft { fill: #57606a; font-size: 14px }
@media (prefers-color-scheme: dark) {
.page { fill: #1d2127; stroke: #444c56 }
.box { fill: #263448; stroke: #8fb3e8 }
.good { fill: #1f3a29; stroke: #7fd1a0 }
.grad, .lost { fill: #3d2f1c; stroke: #f0b45a }
.line { stroke: #8fb3e8 }
.back { stroke: #f0b45a }
.head { fill: #8fb3e8 }
.backhead { fill: #f0b45a }
text { fill: #e6e9ee }
.soft { fill: #a8b1bd }
}"""
WIDTH = 720


class Drawing:
    """One picture: boxes, words and arrows, in pixels from the top left."""

    def __init__(self, height: int, alt: str) -> None:
        """Take the height, and what the picture says to those who do not see it."""
        self.parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            f'width="{WIDTH}" height="{height}" role="img">',
            f"<title>{escape(alt)}</title>",
            f"<style>\n{STYLE}\n</style>",
            *(marker(name) for name in ("head", "backhead")),
            f'<rect class="page" x="0.5" y="0.5" width="{WIDTH - 1}" '
            f'height="{height - 1}" rx="10"/>',
        ]

    def box(
        self, x: int, y: int, width: int, height: int, *rows: str, kind: str = "box"
    ) -> None:
        """Draw a box with rows of code in its middle."""
        self.parts.append(
            f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}" '
            'rx="6"/>'
        )
        top = y + height / 2 + 5 - 10 * (len(rows) - 1)
        for number, row in enumerate(rows):
            self.words(x + width // 2, round(top + 20 * number), row, "code")

    def words(self, x: int, y: int, text: str, kind: str = "") -> None:
        """Write a row of text, its middle at x."""
        attribute = f' class="{kind}"' if kind else ""
        self.parts.append(f'<text{attribute} x="{x}" y="{y}">{escape(text)}</text>')

    def arrow(self, *points: tuple[int, int], back: bool = False) -> None:
        """Draw an arrow through points."""
        kind, head = ("back", "backhead") if back else ("line", "head")
        path = " ".join(f"{x},{y}" for x, y in points)
        self.parts.append(
            f'<polyline class="{kind}" points="{path}" marker-end="url(#{head})"/>'
        )

    def render(self) -> str:
        """Return the file's text."""
        return "\n".join([*self.parts, "</svg>"]) + "\n"


def marker(name: str) -> str:
    """Return the definition of an arrow's head."""
    return (
        f'<defs><marker id="{name}" viewBox="0 0 10 10" refX="9" refY="5" '
        'markerWidth="8" markerHeight="8" orient="auto">'
        f'<path class="{name}" d="M 0 0 L 10 5 L 0 10 z"/></marker></defs>'
    )


def model_construction(texts: Mapping[str, str]) -> Drawing:
    """Draw how a module registers its children."""
    drawing = Drawing(290, texts["alt"])
    for x, key in ((130, "written"), (390, "kept"), (620, "found")):
        drawing.words(x, 34, texts[key], "soft")
    drawing.box(20, 52, 220, 36, "self.hidden = Linear(…)")
    drawing.box(20, 98, 220, 36, "self.out = Linear(…)")
    drawing.box(20, 210, 220, 36, "self.more = [Linear(…)]", kind="lost")
    drawing.box(300, 52, 180, 82, "_modules", "hidden, out", kind="good")
    drawing.words(390, 156, texts["registered"])
    drawing.box(300, 210, 180, 36, "more", kind="lost")
    drawing.words(390, 268, texts["plain"])
    for number, name in enumerate(("parameters()", "state_dict()", "to(device)")):
        drawing.box(550, 42 + 36 * number, 150, 30, name)
        drawing.arrow((550, 57 + 36 * number), (484, 93))
    drawing.words(620, 233, texts["lost"])
    drawing.arrow((240, 70), (296, 82))
    drawing.arrow((240, 116), (296, 104))
    drawing.arrow((240, 228), (296, 228), back=True)
    return drawing


def parameters(texts: Mapping[str, str]) -> Drawing:
    """Draw a layer that is used twice."""
    drawing = Drawing(270, texts["alt"])
    drawing.words(35, 85, "x", "code")
    drawing.box(80, 55, 170, 50, "Linear")
    drawing.box(310, 60, 100, 40, "ReLU")
    drawing.box(470, 55, 170, 50, "Linear")
    drawing.words(690, 85, "y", "code")
    for start, end in ((50, 76), (250, 306), (410, 466), (640, 676)):
        drawing.arrow((start, 80), (end, 80))
    drawing.words(165, 40, texts["first"], "soft")
    drawing.words(555, 40, texts["second"], "soft")
    drawing.box(250, 165, 220, 50, "weight, bias", kind="good")
    drawing.words(360, 240, texts["one"])
    drawing.arrow((290, 165), (185, 109))
    drawing.arrow((430, 165), (535, 109))
    drawing.arrow((145, 109), (145, 190), (246, 190), back=True)
    drawing.arrow((575, 109), (575, 190), (474, 190), back=True)
    drawing.words(585, 240, texts["gradient"])
    drawing.words(135, 240, texts["listed"])
    return drawing


def deferred_init(texts: Mapping[str, str]) -> Drawing:
    """Draw a lazy layer before and after its first call."""
    drawing = Drawing(240, texts["alt"])
    drawing.words(150, 36, texts["before"], "soft")
    drawing.words(570, 36, texts["after"], "soft")
    drawing.box(40, 52, 220, 44, "LazyLinear(8)")
    drawing.box(40, 116, 220, 58, "weight", texts["shapeless"], kind="lost")
    drawing.box(460, 52, 220, 44, "Linear(4, 8)")
    drawing.box(460, 116, 220, 58, "weight", "(8, 4)", kind="good")
    drawing.words(360, 46, texts["call"])
    drawing.words(360, 98, "x: (5, 4)", "code")
    drawing.arrow((264, 74), (456, 74))
    drawing.arrow((264, 145), (456, 145))
    drawing.words(360, 212, texts["same"])
    return drawing


def custom_layer(texts: Mapping[str, str]) -> Drawing:
    """Draw a function's way forward and its way back."""
    drawing = Drawing(290, texts["alt"])
    drawing.words(360, 34, texts["forward"], "soft")
    drawing.box(40, 55, 90, 46, "x")
    drawing.box(265, 55, 190, 46, "forward(ctx, x)")
    drawing.box(590, 55, 90, 46, "y")
    drawing.arrow((130, 78), (261, 78))
    drawing.arrow((455, 78), (586, 78))
    drawing.box(285, 130, 150, 34, "x", kind="good")
    drawing.words(490, 152, texts["saved"])
    drawing.arrow((360, 101), (360, 126))
    drawing.arrow((360, 164), (360, 189), back=True)
    drawing.box(25, 193, 120, 46, "x.grad", kind="grad")
    drawing.box(255, 193, 210, 46, "backward(ctx, grad)")
    drawing.box(575, 193, 120, 46, "y.grad", kind="grad")
    drawing.arrow((575, 216), (469, 216), back=True)
    drawing.arrow((255, 216), (149, 216), back=True)
    drawing.words(360, 268, texts["backward"], "soft")
    return drawing


def read_write(texts: Mapping[str, str]) -> Drawing:
    """Draw what of a network goes to a file."""
    drawing = Drawing(330, texts["alt"])
    drawing.words(150, 34, texts["network"], "soft")
    drawing.words(570, 34, texts["file"], "soft")
    rows = (
        ("parameters", "good"),
        ("buffers", "good"),
        ("transient", "lost"),
        ("attributes", "lost"),
        ("code", "lost"),
    )
    for number, (key, kind) in enumerate(rows):
        top = 50 + 52 * number
        drawing.box(30, top, 240, 40, kind=kind)
        drawing.words(150, top + 25, texts[key])
        if kind == "good":
            drawing.arrow((270, top + 20), (456, top + 20))
        else:
            drawing.words(350, top + 25, texts["stays"], "soft")
    drawing.words(363, 62, "state_dict()", "code")
    entries = ('"0.weight": (8, 4)', '"0.bias": (8,)', '"1.running_mean": (8,)')
    drawing.box(460, 50, 230, 92, *entries, kind="good")
    return drawing


def use_gpu(texts: Mapping[str, str]) -> Drawing:
    """Draw host and device, and what goes between them."""
    drawing = Drawing(320, texts["alt"])
    drawing.words(130, 34, texts["host"], "soft")
    drawing.words(590, 34, texts["device"], "soft")
    drawing.box(20, 48, 220, 250)
    drawing.box(480, 48, 220, 250)
    rows = (("batch", "moved"), ("step", "queue"), ("number", "loss"))
    for number, keys in enumerate(rows):
        for x, key in zip((32, 492), keys, strict=True):
            drawing.box(x, 70 + 80 * number, 196, 44, kind="good")
            drawing.words(x + 98, 97 + 80 * number, texts[key])
    drawing.arrow((228, 92), (488, 92))
    drawing.arrow((228, 172), (488, 172))
    drawing.arrow((492, 252), (232, 252), back=True)
    drawing.words(360, 84, "to(device)", "code")
    drawing.words(360, 112, texts["copy"], "soft")
    drawing.words(360, 192, texts["goes"], "soft")
    drawing.words(360, 244, "item()", "code")
    drawing.words(360, 272, texts["waits"], "soft")
    return drawing


DRAWINGS: tuple[Callable[[Mapping[str, str]], Drawing], ...] = (
    model_construction,
    parameters,
    deferred_init,
    custom_layer,
    read_write,
    use_gpu,
)


def draw_all() -> dict[str, str]:
    """Return the pictures by the names of their files."""
    return {
        f"{draw.__name__}.svg": draw(TEXTS[draw.__name__]).render() for draw in DRAWINGS
    }


def main() -> None:
    """Write the pictures beside this file."""
    for name, text in draw_all().items():
        Path(__file__).with_name(name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
