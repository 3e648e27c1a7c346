"""SinusoidalPositions adds constants that follow the input's device and dtype."""

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
    say,
)
from use_gpu_helpers import DISTINCT, metered, on_sim

pytestmark = pytest.mark.exercise("use_gpu.SinusoidalPositions")

FOLLOW = "net.to moves buffers, not plain attributes; in forward, .to(x) follows x"
UNEVEN = "an odd d has one cosine less than sines"
LEADS = "the rows are the last dimension but one, whatever comes before"


def add_positions(ex: Any, d: int, max_len: int, *inputs: Tensor) -> Tensor:
    """Return what one module gives for the last of some inputs."""
    net = ex.SinusoidalPositions(d, max_len)
    return [net(x) for x in inputs][-1]


def add_and_look_back(ex: Any, d: int, x: Tensor) -> tuple[Tensor, Tensor, int]:
    """Return output and input, and the number of tensors to train."""
    net = ex.SinusoidalPositions(d, 9)
    return net(x), x, sum(p.requires_grad for p in net.parameters())


def add_on_sim(ex: Any, d: int, x: Tensor, moved: bool) -> tuple[str, Tensor, int]:
    """Return the output's device and values, and the copies to there in two calls."""
    with metered("sim:0") as meter:
        net, x = ex.SinusoidalPositions(d, 9), x.to("sim:0")
        net = net.to("sim:0") if moved else net
        meter.reset()
        net(x)
        y = net(x)
        return str(y.device), y, meter.arrivals


def position_codes(n: int, d: int) -> Tensor:
    """Return the codes in float64, entry by entry as the formula says."""
    column = torch.arange(d, dtype=torch.float64)
    pair = column.div(2, rounding_mode="floor")
    angles = torch.arange(n, dtype=torch.float64)[:, None] / 10_000 ** (2 * pair / d)
    return torch.where(column % 2 == 0, angles.sin(), angles.cos())


@pytest.mark.weight(2)
@pytest.mark.parametrize("odd", [False, True], ids=["even", "odd"])
def test_positions_add_sines_and_cosines(observe, rng, odd):
    d = 2 * rng.randrange(2, 7) + odd
    n, max_len = rng.randrange(6, 12), rng.randrange(12, 40)
    x = torch.randn(rng.choice([2, 4]), n, d)

    y = observe(
        add_positions,
        d,
        max_len,
        x,
        call=say("SinusoidalPositions({d}, {n})(x) with x {x}", d=d, n=max_len, x=x),
        causes={
            r"RuntimeError: .*(size|shape|elements)": UNEVEN if odd else LEADS,
            r"ValueError|IndexError": LEADS,
        },
    )

    codes = position_codes(n, d).float()
    halves = torch.cat([codes[:, 0::2], codes[:, 1::2]], dim=-1)
    column = torch.arange(d)
    place = torch.arange(n)[:, None]
    half, each = (
        torch.where(column % 2 == 0, angles.sin(), angles.cos())
        for angles in (
            place / 10_000 ** ((column // 2) / d),
            place / 10_000 ** (column / d),
        )
    )
    expect_close(
        y,
        x + codes,
        "SinusoidalPositions does not add the codes of the positions.",
        slips={
            "the codes are returned, not added": codes.expand_as(x),
            "sines and cosines take turns; here they stand in two halves": x + halves,
            "a sine and the cosine beside it have the same angle": x + each,
            "the exponent is 2i / d for column 2i: here it is i / d": x + half,
            "the sine comes first": x + (codes if odd else codes[:, column ^ 1]),
            "positions count from 0": x + position_codes(n + 1, d)[1:].float(),
        },
        atol=1e-4,
        rtol=1e-4,
    )


def test_positions_change_no_input_and_have_nothing_to_train(observe, rng):
    d = 2 * rng.choice(DISTINCT)
    x = torch.randn(4, d)

    y, after, count = observe(
        add_and_look_back, d, x, call=say("SinusoidalPositions({d}, 9)(x); x", d=d)
    )

    fault = "SinusoidalPositions changes the caller's tensor."
    expect_equal(after, x, fault, cause="x += … works on x itself")
    expect_equal(
        count,
        0,
        "SinusoidalPositions has parameters to train.",
        cause="constants are buffers",
    )
    expect_close(
        y,
        x + position_codes(4, d).float(),
        "SinusoidalPositions does not add the codes of the positions.",
        atol=1e-4,
        rtol=1e-4,
    )


def test_positions_take_inputs_of_every_kind(sweep, rng):
    d, n = rng.sample(range(4, 12), 2)
    call = say("SinusoidalPositions({d}, 20)(x)", d=d)

    for columns, tolerance in (
        (("plain", *SHAPES, *LAYOUTS, *MODES, *CALLS), None),
        (("plain", "float16", "bfloat16", "copied", "eval"), None),
        (("plain", "float64", "double"), (1e-4, 1e-4)),
    ):
        sweep(
            Module("SinusoidalPositions", filled=False),
            d,
            20,
            inputs=lambda *lead: (torch.randn(*lead, n, d),),
            columns=columns,
            call=call,
            tolerance=tolerance,
            causes={
                r"leaf Variable": "x += … works on x itself",
                r"ValueError|IndexError|RuntimeError: .*size": LEADS,
            },
        )


@on_sim
@pytest.mark.parametrize("moved", [False, True], ids=["module_on_cpu", "module_moved"])
def test_positions_follow_the_input_to_its_device(observe, rng, moved):
    d = 2 * rng.choice(DISTINCT)
    x = torch.randn(2, 5, d)

    place, y, arrivals = observe(
        add_on_sim,
        d,
        x,
        moved,
        call=say(
            "SinusoidalPositions({d}, 9){move}(x) with x on 'sim:0', twice",
            d=d,
            move=".to(device)" * moved,
        ),
        causes={r"(?i)device": FOLLOW},
    )

    expect_equal(place, "sim:0", "The output is not where the input is.")
    expect_close(
        y,
        x + position_codes(5, d).float(),
        "SinusoidalPositions adds other codes on the device than on the CPU.",
        atol=1e-4,
        rtol=1e-4,
    )
    if moved:
        expect_equal(
            arrivals,
            0,
            "The codes are sent to the device again in every call.",
            cause="constants made on the CPU in forward, or a plain attribute, cross "
            "at every call: register_buffer",
        )


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_positions_follow_the_input_to_its_dtype(observe, rng, dtype):
    d = 2 * rng.randrange(2, 7)
    x = torch.randn(400, d).to(dtype)  # bfloat16 holds whole numbers up to 256

    y = observe(
        add_positions,
        d,
        400,
        x,
        call=say("SinusoidalPositions({d}, 400)(x), x {dtype}", d=d, dtype=dtype),
    )

    expect_equal(
        str(y.dtype),
        str(dtype),
        "The output does not have the input's dtype.",
        slips={"x + codes takes the wider of two dtypes: .to(x)": "torch.float32"},
    )
    expect_close(
        y,
        (x.double() + position_codes(400, d)).to(dtype),
        say("The codes are not right in {dtype}.", dtype=dtype),
        cause="angles rounded to a narrow dtype are far off: round sine and cosine",
        atol=0.06 if dtype != torch.float64 else 1e-4,
        rtol=0.0,
    )


def test_positions_take_max_len_rows_and_refuse_more(sweep, rng):
    d, most = rng.choice(DISTINCT), rng.choice(DISTINCT)

    sweep.cases(
        add_positions,
        {
            "for max_len rows": (d, most, torch.zeros(most, d)),
            "for a short input after a long one": (
                *(d, most, torch.zeros(most, d)),
                torch.ones(2, 1, d),
            ),
            "for no rows": (d, most, torch.zeros(2, 0, d)),
            "for d = 1": (1, most, torch.zeros(most, 1)),
            "for one row more than max_len": (d, most, torch.zeros(most + 1, d)),
            "for many rows more, in a batch": (d, most, torch.zeros(2, 3 * most, d)),
            "for two rows, max_len = 1": (d, 1, torch.zeros(2, d)),
        },
        call=say("SinusoidalPositions({d}, {most})(x)", d=d, most=most),
        causes={r"RuntimeError: .*size": UNEVEN},
        because={"for two rows, max_len = 1": "a table of one row broadcasts"},
        raises=(ValueError,),
        tolerance=(1e-4, 1e-4),
    )
