"""SinusoidalPositions adds constants that follow the input's device and dtype."""

import math
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
import torch
from torch import Tensor

from grader.observe import (
    CALLS,
    LAYOUTS,
    MODES,
    SHAPES,
    Module,
    expect_close,
    expect_equal,
    expect_true,
    say,
)
from grader.sim import Drift, metered
from use_gpu_helpers import DISTINCT, on_sim

pytestmark = pytest.mark.exercise("use_gpu.SinusoidalPositions")

CLOSE = 1e-4, 1e-4
MORE = "copied", "default_bfloat16"
LAST_BUT_ONE = "the rows are the last dimension but one, whatever comes before"


def add_positions(ex: Any, d: int, max_len: int, *inputs: Tensor) -> tuple[Tensor, int]:
    """Return what one module gives for the last input, and how much it trains.

    That is then 0, so that it shows in what the module gives.
    """
    net = ex.SinusoidalPositions(d, max_len)
    trained = [p for p in net.parameters() if p.requires_grad]
    for p in trained:
        p.data.zero_()
    return [net(x) for x in inputs][-1], len(trained)


def add_on_sim(
    ex: Any, d: int, x: Tensor, module_at: str, x_at: str
) -> tuple[str, Tensor, int]:
    """Return the output's device and values, and the copies to the device in two calls.

    They come after one with an input on the CPU.
    """
    with metered("sim:0") as meter:
        net = ex.SinusoidalPositions(d, 9).to(module_at)
        net(x)
        x = x.to(x_at)
        meter.reset()
        with Drift(2.0, meter) if module_at == x_at else nullcontext():
            net(x)
            y = net(x)
        return str(y.device), y, meter.arrivals


def position_codes(n: int, d: int, halve: float = 1, pair: int = 2) -> Tensor:
    """Return the codes, entry by entry as the formula says, or otherwise."""

    def code(p: int, column: int) -> float:
        angle = p / 10_000 ** (halve * (column - column % pair) / d)
        return math.cos(angle) if column % 2 else math.sin(angle)

    return torch.tensor([[code(p, column) for column in range(d)] for p in range(n)])


def near(other: Tensor) -> Callable[[tuple[Tensor, int]], bool]:
    return lambda got: torch.allclose(got[0], other, *CLOSE)


@pytest.mark.weight(2)
def test_positions_add_sines_and_cosines(sweep, rng):
    d, most = rng.choice([6, 8, 10]), rng.choice([11, 13, 15])
    odd, long = d + 1, 3 * most
    x, codes = torch.randn(most, d), position_codes(most, d)

    sweep.cases(
        add_positions,
        {
            "for max_len rows": (d, most, x),
            "for an odd d": (odd, most, torch.ones(most, odd)),
            "for d = 1": (1, most, torch.zeros(most, 1)),
            "for a short input after a long one": (d, most, x, torch.ones(2, 1, d)),
            "for a long input after a short one": (d, most, torch.ones(1, d), x),
            "for float32 after bfloat16": (d, most, x.bfloat16(), x),
            "for many short inputs": (d, most, torch.zeros(most + 1, most + 2, 1, d)),
            "for no rows": (d, most, torch.zeros(2, 0, d)),
            "for one row more than max_len": (d, most, torch.zeros(most + 1, d)),
            "for many rows more, in batches": (d, most, torch.zeros(2, 1, long, d)),
            "for two rows, max_len = 1": (d, 1, torch.zeros(2, d)),
        },
        call=say("SinusoidalPositions({d}, {most})(x)", d=d, most=most),
        fault="SinusoidalPositions does not add the codes of the positions.",
        slips={
            "constants are buffers, not parameters": lambda got: got[1] > 0,
            "the codes are returned, not added": near(codes),
            "sines and cosines take turns; here they stand in two halves": near(
                x + torch.cat([codes[:, 0::2], codes[:, 1::2]], dim=-1)
            ),
            "a sine and the cosine beside it have the same angle": near(
                x + position_codes(most, d, pair=1)
            ),
            "the exponent of column 2i is 2i / d: here it is i / d": near(
                x + position_codes(most, d, halve=0.5)
            ),
            "the sine comes first": near(x + codes[:, torch.arange(d) ^ 1]),
            "positions count from 0": near(x + position_codes(most + 1, d)[1:]),
        },
        because={
            "for an odd d": "an odd d has one cosine less than sines",
            "for float32 after bfloat16": "what is rounded for one input stays rounded",
            "for many short inputs": LAST_BUT_ONE,
            "for one row more than max_len": "compare n with max_len before you add",
            "for two rows, max_len = 1": "a table of one row broadcasts",
        },
        raises=(ValueError,),
        tolerance=CLOSE,
    )


def test_positions_follow_the_input_to_its_dtype(sweep, rng):
    d = 2 * rng.randrange(2, 7)
    x = torch.randn(400, d).bfloat16()  # which holds whole numbers up to 256
    first = (x[:3].float() + position_codes(3, d)).bfloat16()

    sweep.cases(
        add_positions,
        {say("for {x}", x=t.dtype): (d, 400, t) for t in (x, x.half(), x.double())},
        call=say("SinusoidalPositions({d}, 400)(x), x bfloat16 and others", d=d),
        fault="The codes are not right in bfloat16.",
        slips={
            "x + codes takes the wider of two dtypes: .to(x)": (
                lambda got: got[0].dtype.itemsize > 2
            ),
            "angles rounded to a narrow dtype are far off: round sine and cosine": (
                lambda got: torch.allclose(got[0][:3], first, 0.04, 0.04)
            ),
        },
        tolerance=(0.04, 0.04),
    )


def test_positions_take_inputs_of_every_kind(sweep, rng):
    d, n = rng.choice([6, 10, 12]), rng.choice([5, 7, 9])  # 2 / d is rounded

    sweep(
        Module("SinusoidalPositions", filled=False),
        d,
        20,
        inputs=lambda *lead: (torch.randn(*lead, n, d),),
        columns=("plain", *SHAPES, *LAYOUTS, *MODES, *CALLS, *MORE),
        call=say("SinusoidalPositions({d}, 20)(x)", d=d),
        causes={
            r"leaf Variable|single memory location": "x += … works on x itself",
            r"IndexError|RuntimeError: .*size": LAST_BUT_ONE,
        },
    )


@on_sim
@pytest.mark.parametrize(
    ("module_at", "x_at"), [("cpu", "sim:0"), ("sim:0", "sim:0"), ("sim:0", "cpu")]
)
def test_positions_follow_the_input_to_its_device(observe, rng, module_at, x_at):
    d = 2 * rng.choice(DISTINCT)
    x = torch.randn(2, 5, d)
    places = {"module_at": repr(module_at), "x_at": repr(x_at)}

    place, y, arrivals = observe(
        add_on_sim,
        d,
        x,
        module_at,
        x_at,
        call=say("SinusoidalPositions(…).to({module_at})(x), x on {x_at}", **places),
        causes={
            r"(?i)device": "net.to moves buffers, not plain attributes; in forward, "
            ".to(x) follows x"
        },
    )

    expect_equal(place, x_at, "The output is not where the input is.")
    expect_true(
        arrivals == 0 or module_at != x_at,
        "The codes are sent to the device again in every call.",
        expected="no copy to the device",
        got=say("{n} copies", n=arrivals),
        cause="constants made on the CPU in forward, or a plain attribute, cross at "
        "every call: register_buffer",
    )
    fault = "SinusoidalPositions adds other codes on the device than on the CPU."
    expect_close(y, x + position_codes(5, d), fault, atol=1e-4, rtol=1e-4)
