"""SinusoidalPositions adds constants that follow the input's device and dtype."""

from typing import Any

import pytest
import torch
from torch import Tensor

from grader.observe import expect_close, expect_equal, expect_error, say
from use_gpu_helpers import DISTINCT, metered, on_sim

pytestmark = pytest.mark.exercise("use_gpu.SinusoidalPositions")


def add_positions(ex: Any, d: int, max_len: int, x: Tensor) -> Tensor:
    return ex.SinusoidalPositions(d, max_len)(x)


def add_positions_and_look_back(ex: Any, d: int, max_len: int, x: Tensor) -> Tensor:
    ex.SinusoidalPositions(d, max_len)(x)
    return x


def add_positions_on_sim(ex: Any, d: int, x: Tensor, moved: bool) -> tuple[str, Tensor]:
    """Return device and values of the output for an input on the device."""
    with metered("sim:0"):
        net = ex.SinusoidalPositions(d, 9)
        y = net.to("sim:0")(x.to("sim:0")) if moved else net(x.to("sim:0"))
        return str(y.device), y


def count_arrivals(ex: Any, d: int) -> int:
    """Return the number of copies that calls send to a device where the module is."""
    with metered("sim:0") as meter:
        net, x = ex.SinusoidalPositions(d, 9).to("sim"), torch.zeros(5, d, device="sim")
        meter.reset()
        net(x)
        net(x)
        return meter.arrivals


def count_trained(ex: Any, d: int) -> int:
    return sum(p.requires_grad for p in ex.SinusoidalPositions(d, 9).parameters())


def position_codes(n: int, d: int) -> Tensor:
    """Return the codes in float64, entry by entry as the formula says."""
    column = torch.arange(d, dtype=torch.float64)
    pair = column.div(2, rounding_mode="floor")
    angles = torch.arange(n, dtype=torch.float64)[:, None] / 10_000 ** (2 * pair / d)
    return torch.where(column % 2 == 0, angles.sin(), angles.cos())


@pytest.mark.weight(2)
@pytest.mark.parametrize("odd", [False, True], ids=["even", "odd"])
@pytest.mark.parametrize("leading", [0, 1, 2], ids=["rows", "batch", "two_dims"])
def test_positions_add_sines_and_cosines(observe, rng, odd, leading):
    d = 2 * rng.randrange(2, 7) + odd
    n, max_len = rng.randrange(6, 12), rng.randrange(12, 40)
    x = torch.randn(*rng.sample(DISTINCT, leading), n, d)
    uneven = "an odd d has one cosine less than sines"
    leads = "the rows are the last dimension but one, whatever comes before"

    y = observe(
        add_positions,
        d,
        max_len,
        x,
        call=say(
            "SinusoidalPositions({d}, {max_len})(x) with x {shape}",
            d=d,
            max_len=max_len,
            shape=tuple(x.shape),
        ),
        causes={
            r"RuntimeError: .*(size|shape|elements)": uneven if odd else leads,
            r"ValueError|IndexError": leads,
        },
    )

    codes = position_codes(n, d).float()
    halves = torch.cat([codes[:, 0::2], codes[:, 1::2]], dim=-1)
    column = torch.arange(d)
    angles = torch.arange(n)[:, None] / 10_000 ** (column / d)
    each = torch.where(column % 2 == 0, angles.sin(), angles.cos())
    swapped = codes[:, column ^ 1] if not odd else codes
    expect_close(
        y,
        x + codes,
        "SinusoidalPositions does not add the codes of the positions.",
        slips={
            "the codes are returned, not added": codes.expand_as(x),
            "sines and cosines take turns; here they stand in two halves": x + halves,
            "a sine and the cosine beside it have the same angle": x + each,
            "the sine comes first": x + swapped,
            "positions count from 0": x + position_codes(n + 1, d)[1:].float(),
        },
        atol=1e-4,
        rtol=1e-4,
    )


@on_sim
@pytest.mark.parametrize("moved", [False, True], ids=["module_on_cpu", "module_moved"])
def test_positions_follow_the_input_to_its_device(observe, rng, moved):
    d = 2 * rng.choice(DISTINCT)
    x = torch.randn(2, 5, d)

    place, y = observe(
        add_positions_on_sim,
        d,
        x,
        moved,
        call=say(
            "SinusoidalPositions({d}, 9){value}(x) with x on 'sim:0'",
            d=d,
            value=".to(device)" * moved,
        ),
        causes={
            r"(?i)device": (
                "net.to moves buffers, not plain attributes; in forward, .to(x) "
                "follows x"
            )
        },
    )

    expect_equal(place, "sim:0", "The output is not where the input is.")
    expect_close(
        y,
        x + position_codes(5, d).float(),
        "SinusoidalPositions adds other codes on the device than on the CPU.",
        atol=1e-4,
        rtol=1e-4,
    )


@on_sim
def test_positions_send_nothing_once_the_module_is_moved(observe, rng):
    d = 2 * rng.choice(DISTINCT)

    arrivals = observe(
        count_arrivals,
        d,
        call="net.to('sim'); net(x); net(x) with x on 'sim:0'",
        causes={
            r"(?i)device": (
                "net.to moves buffers, not plain attributes; in forward, .to(x) "
                "follows x"
            )
        },
    )

    expect_equal(
        arrivals,
        0,
        "The codes are sent to the device again in every call.",
        slips={
            "constants made on the CPU in forward, or a plain attribute, cross at "
            "every call: register_buffer": lambda arrivals: arrivals > 0
        },
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
        slips={
            "angles rounded to a narrow dtype are far off: round sine and cosine": (
                lambda _: True
            )
        },
        atol=0.06 if dtype != torch.float64 else 1e-4,
        rtol=0.0,
    )


def test_positions_leave_the_input_alone(observe, rng):
    d = 2 * rng.choice(DISTINCT)
    x = torch.randn(4, d)

    after = observe(
        add_positions_and_look_back,
        d,
        9,
        x,
        call=say("SinusoidalPositions({d}, 9)(x); x", d=d),
    )

    expect_equal(
        after,
        x,
        "SinusoidalPositions changes the caller's tensor.",
        slips={"x += … works on x itself": lambda _: True},
    )


def test_positions_have_nothing_to_train(observe, rng):
    count = observe(
        count_trained, rng.choice(DISTINCT), call="SinusoidalPositions.parameters()"
    )

    expect_equal(
        count,
        0,
        "SinusoidalPositions has parameters to train.",
        slips={"constants are buffers": lambda count: count > 0},
    )


def test_positions_refuse_a_longer_input(observe, rng):
    d, max_len = 2 * rng.choice(DISTINCT), rng.choice(DISTINCT)

    full = observe(
        add_positions,
        d,
        max_len,
        torch.zeros(max_len, d),
        call=say(
            "SinusoidalPositions({d}, {max_len})(x) with x ({max_len}, {d})",
            d=d,
            max_len=max_len,
        ),
    )
    raised = observe.error(
        add_positions,
        d,
        max_len,
        torch.zeros(max_len + 1, d),
        call=say(
            "SinusoidalPositions({d}, {max_len})(x) with x ({value}, {d})",
            d=d,
            max_len=max_len,
            value=max_len + 1,
        ),
    )

    expect_close(
        full,
        position_codes(max_len, d).float(),
        "SinusoidalPositions does not take an input of max_len rows.",
        atol=1e-4,
        rtol=1e-4,
    )
    expect_error(
        raised, ValueError, "SinusoidalPositions takes more rows than it has codes for."
    )
