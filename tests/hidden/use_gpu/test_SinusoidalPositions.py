"""SinusoidalPositions adds constants that follow the input's device and dtype."""

import math
from collections.abc import Callable
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
from use_gpu_helpers import DISTINCT, Drift, metered, on_sim

pytestmark = pytest.mark.exercise("use_gpu.SinusoidalPositions")

CLOSE = 1e-4, 1e-4


def add_positions(
    ex: Any, d: int, max_len: int, *inputs: Tensor
) -> tuple[Tensor, int, Tensor]:
    """Return what one module gives for the last input, and how much it trains.

    And what it gives when all that it trains is changed.
    """
    net = ex.SinusoidalPositions(d, max_len)
    results, trained = [net(x) for x in inputs], 0
    for p in net.parameters():
        trained += p.requires_grad
        p.data.add_(p.requires_grad)
    return results[-1], trained, net(inputs[-1])


def add_on_sim(
    ex: Any, d: int, x: Tensor, moved: bool
) -> tuple[str, Tensor, int, Tensor]:
    """Return the output's device and values, and the copies to there in two calls.

    And the values of a third call, in which copies to there change values.
    """
    with metered("sim:0") as meter:
        net, x = ex.SinusoidalPositions(d, 9), x.to("sim:0")
        net = net.to("sim:0") if moved else net
        meter.reset()
        net(x)
        y = net(x)
        arrivals = meter.arrivals
        with Drift(2.0, meter):
            return str(y.device), y, arrivals, net(x)


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
            "for float32 after bfloat16": (d, most, x.bfloat16(), x),
            "for no rows": (d, most, torch.zeros(2, 0, d)),
            "for one row more than max_len": (d, most, torch.zeros(most + 1, d)),
            "for many rows more, in a batch": (d, most, torch.zeros(2, long, d)),
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
            "for one row more than max_len": "compare n with max_len before you add",
            "for two rows, max_len = 1": "a table of one row broadcasts",
        },
        raises=(ValueError,),
        tolerance=CLOSE,
    )


@pytest.mark.parametrize(
    ("dtype", "tolerance"),
    [(torch.float16, None), (torch.bfloat16, None), (torch.float64, CLOSE)],
)
def test_positions_follow_the_input_to_its_dtype(sweep, rng, dtype, tolerance):
    d = 2 * rng.randrange(2, 7)
    x = torch.randn(400, d).to(dtype)  # bfloat16 holds whole numbers up to 256
    first = (x[:3].float() + position_codes(3, d)).to(dtype)

    def goes_astray(got: tuple[Tensor, int]) -> bool:
        return torch.allclose(got[0][:3], first, *(tolerance or (0.04, 0.04)))

    sweep.cases(
        add_positions,
        {"for 400 rows": (d, 400, x)},
        call=say("SinusoidalPositions({d}, 400)(x), x {dtype}", d=d, dtype=dtype),
        fault=say("The codes are not right in {dtype}.", dtype=dtype),
        slips={
            "x + codes takes the wider of two dtypes: .to(x)": (
                lambda got: got[0].dtype.itemsize > dtype.itemsize
            ),
            "angles rounded to a narrow dtype are far off: round sine and cosine": (
                goes_astray
            ),
        },
        tolerance=tolerance,
    )


def test_positions_take_inputs_of_every_kind(sweep, rng):
    d, n = rng.choice([4, 6, 8]), rng.choice([5, 7, 9])

    sweep(
        Module("SinusoidalPositions", filled=False),
        d,
        20,
        inputs=lambda *lead: (torch.randn(*lead, n, d),),
        columns=("plain", *SHAPES, *LAYOUTS, *MODES, *CALLS, "copied"),
        call=say("SinusoidalPositions({d}, 20)(x)", d=d),
        causes={
            r"leaf Variable|single memory location": "x += … works on x itself",
            r"IndexError|RuntimeError: .*size": (
                "the rows are the last dimension but one, whatever comes before"
            ),
        },
    )


@on_sim
@pytest.mark.parametrize("moved", [False, True], ids=["module_on_cpu", "module_moved"])
def test_positions_follow_the_input_to_its_device(observe, rng, moved):
    d = 2 * rng.choice(DISTINCT)
    x = torch.randn(2, 5, d)

    place, y, arrivals, drifted = observe(
        add_on_sim,
        d,
        x,
        moved,
        call=say(
            "SinusoidalPositions({d}, 9){move}(x) with x on 'sim:0', twice",
            d=d,
            move=".to(device)" * moved,
        ),
        causes={
            r"(?i)device": "net.to moves buffers, not plain attributes; in forward, "
            ".to(x) follows x"
        },
    )

    expect_equal(place, "sim:0", "The output is not where the input is.")
    expect_close(
        y,
        x + position_codes(5, d),
        "SinusoidalPositions adds other codes on the device than on the CPU.",
        atol=1e-4,
        rtol=1e-4,
    )
    expect_true(
        arrivals == 0 or not moved,
        "The codes are sent to the device again in every call.",
        expected="no copy to the device",
        got=say("{n} copies", n=arrivals),
        cause="constants made on the CPU in forward, or a plain attribute, cross at "
        "every call: register_buffer",
    )
    expect_true(
        not moved or torch.equal(y, drifted),
        "The codes are sent to the device again in every call.",
        expected="no copy to the device",
        got="a copy",
    )
