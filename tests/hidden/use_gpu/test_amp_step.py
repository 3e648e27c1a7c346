"""amp_step computes under autocast, unscales, clips, and skips what is not finite."""

import copy
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_close, expect_equal, expect_true, say
from use_gpu_helpers import DISTINCT, Batches

pytestmark = pytest.mark.exercise("use_gpu.amp_step")


class Mixed(nn.Module):
    """A linear layer that notes the dtype it computes in."""

    def __init__(self, inner: int, out: int):
        super().__init__()
        self.linear = nn.Linear(inner, out)
        self.dtypes: list[str] = []

    def forward(self, x: Tensor) -> Tensor:
        y = self.linear(x)
        self.dtypes.append(str(y.dtype))
        return y


SCALE = 1024.0


def step_mixed(
    ex: Any, net: nn.Module, pairs: Batches, max_norm: float, device: str
) -> tuple[list[Tensor], list[Tensor], list[float]]:
    """Return losses, parameters and scales after a step for each pair."""
    net.to(device)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.5, momentum=0.5)
    scaler = torch.amp.GradScaler(device, init_scale=SCALE, growth_interval=1)
    losses, scales = [], []
    for p in net.parameters():
        p.grad = torch.ones_like(p)  # from before: must not count
    for x, y in pairs:
        loss = ex.amp_step(
            net,
            x.to(device),
            y.to(device),
            nn.MSELoss(),
            optimizer,
            scaler,
            max_norm=max_norm,
            dtype=torch.bfloat16,
        )
        losses.append(loss)
        scales.append(scaler.get_scale())
    return losses, [p.detach() for p in net.parameters()], scales


def look_into_step(
    ex: Any, sizes: list[int], dtype: str
) -> tuple[list[str], bool, bool]:
    """Return dtypes in the network, and whether loss and backward are autocast."""
    net = Mixed(*sizes)
    seen: list[bool] = []

    def loss_fn(output: Tensor, target: Tensor) -> Tensor:
        seen.append(torch.is_autocast_enabled("cpu"))
        output.register_hook(lambda _: seen.append(torch.is_autocast_enabled("cpu")))
        return nn.functional.mse_loss(output.float(), target)

    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    scaler = torch.amp.GradScaler("cpu", init_scale=SCALE)
    x, y = torch.randn(3, sizes[0]), torch.randn(3, sizes[1])
    given = {"dtype": torch.bfloat16} if dtype == "bfloat16" else {}
    ex.amp_step(net, x, y, loss_fn, optimizer, scaler, **given)
    return net.dtypes, seen[0], seen[-1]


def grads_from_step(ex: Any, net: nn.Module, x: Tensor, y: Tensor) -> bool:
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    scaler = torch.amp.GradScaler("cpu", init_scale=SCALE)
    loss = ex.amp_step(net, x, y, nn.MSELoss(), optimizer, scaler)
    return loss.requires_grad


def step_by_default(ex: Any, net: nn.Module, x: Tensor, y: Tensor) -> list[Tensor]:
    """Return the parameters after a step whose norm is clipped as by default."""
    optimizer = torch.optim.SGD(net.parameters(), lr=0.5, momentum=0.5)
    scaler = torch.amp.GradScaler("cpu", init_scale=SCALE)
    narrow = torch.bfloat16
    ex.amp_step(net, x, y, nn.MSELoss(), optimizer, scaler, dtype=narrow)
    return [p.detach() for p in net.parameters()]


def clipped_step(
    net: nn.Module, x: Tensor, y: Tensor, max_norm: float, wrong: str = ""
) -> list[Tensor]:
    """Return the parameters after one step of SGD, with one thing wrong."""
    net = copy.deepcopy(net)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.5, momentum=0.5)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = nn.functional.mse_loss(net(x), y)
    loss.backward()
    parameters = list(net.parameters())
    if wrong == "unscaled twice":
        for p in parameters:
            p.grad /= SCALE
    if wrong == "clipped first":
        for p in parameters:
            p.grad *= SCALE
        nn.utils.clip_grad_norm_(parameters, max_norm)
        for p in parameters:
            p.grad /= SCALE
    elif wrong != "not clipped":
        nn.utils.clip_grad_norm_(parameters, max_norm)
    if wrong == "still scaled":
        for p in parameters:
            p.grad *= SCALE
    optimizer.step()
    return [p.detach() for p in parameters]


def expect_near(
    got: list[Tensor],
    expected: list[Tensor],
    fault: str,
    slips: dict[str, list[Tensor]],
) -> None:
    """Expect parameters up to the rounding of a narrow dtype."""

    def fit(others: list[Tensor]) -> bool:
        return len(got) == len(others) and all(
            a.shape == b.shape
            and a.dtype == b.dtype
            and torch.allclose(a, b, rtol=1e-2, atol=2e-3)
            for a, b in zip(got, others, strict=True)
        )

    expect_true(
        fit(expected),
        fault,
        expected="the parameters after a step with the clipped gradient",
        got="others",
        cause=next((cause for cause, others in slips.items() if fit(others)), None),
    )


def draw_step(rng) -> tuple[nn.Module, Tensor, Tensor]:
    """Return a network and a pair whose gradient's norm is far above 1."""
    inner, out = rng.sample(DISTINCT, 2)
    return nn.Linear(inner, out), torch.randn(6, inner), 20 + torch.randn(6, out)


@pytest.mark.weight(2)
@pytest.mark.parametrize("max_norm", [1.0, 1e6], ids=["clipped", "not_clipped"])
def test_amp_step_steps_with_the_unscaled_clipped_gradient(observe, rng, max_norm):
    net, x, y = draw_step(rng)

    losses, parameters, scales = observe(
        step_mixed,
        net,
        [(x, y)],
        max_norm,
        "cpu",
        call=say("amp_step, max_norm={max_norm:g}", max_norm=max_norm),
    )

    wrongs = {
        "clip after unscale_: the norm of scaled gradients is not theirs": (
            "clipped first"
        ),
        "the gradients are not clipped": "not clipped",
        "the gradients are divided by the scale twice": "unscaled twice",
        "the gradients still hold the scale: scaler.step, not optimizer.step": (
            "still scaled"
        ),
    }
    expect_near(
        parameters,
        clipped_step(net, x, y, max_norm),
        "amp_step does not step with the unscaled, clipped gradient.",
        {
            cause: clipped_step(net, x, y, max_norm, wrong)
            for cause, wrong in wrongs.items()
        }
        | {"no step is made": [p.detach() for p in net.parameters()]},
    )
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = nn.functional.mse_loss(net(x), y).detach()
    expect_equal(len(losses), 1, "amp_step is not called once.")
    expect_close(
        losses[0],
        loss,
        "amp_step does not return the loss.",
        slips={"the loss that is returned is not scaled": SCALE * loss},
        rtol=1e-2,
        atol=1e-3,
    )
    expect_equal(
        scales,
        [2 * SCALE],
        "After a good step the scaler has not been updated once.",
        slips={"scaler.update() is missing": [SCALE]},
    )


def test_amp_step_clips_to_one_by_default(observe, rng):
    net, x, y = draw_step(rng)

    parameters = observe(step_by_default, net, x, y, call="amp_step without max_norm")

    expect_near(
        parameters,
        clipped_step(net, x, y, 1.0),
        "By default amp_step does not clip to a norm of 1.",
        {"the gradients are not clipped": clipped_step(net, x, y, 1.0, "not clipped")},
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("bad", [torch.inf, torch.nan])
def test_amp_step_skips_a_step_that_is_not_finite(observe, rng, bad):
    net, x, y = draw_step(rng)
    broken = x.clone()
    broken[rng.randrange(6), 0] = bad
    call = say("amp_step with {bad} in the inputs", bad=bad)

    _, parameters, scales = observe(
        step_mixed, net, [(broken, y)], 1.0, "cpu", call=call
    )
    _, resumed, _ = observe(
        step_mixed,
        net,
        [(broken, y), (x, y)],
        1.0,
        "cpu",
        call=say("{call}, then with good ones", call=call),
    )

    expect_near(
        parameters,
        [p.detach() for p in net.parameters()],
        "amp_step does not skip a step whose gradient is not finite.",
        {},
    )
    expect_equal(
        scales,
        [SCALE / 2],
        "After a skipped step the scale is not half.",
        slips={
            "scaler.update() is missing": [SCALE],
            "unscale_ was not told of the gradients: the scaler saw nothing wrong": [
                2 * SCALE
            ],
        },
    )
    expect_near(
        resumed,
        clipped_step(net, x, y, 1.0),
        "A skipped step has an effect on the next one.",
        {},
    )


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_amp_step_runs_network_and_loss_under_autocast(observe, rng, dtype):
    sizes = rng.sample(DISTINCT, 2)

    dtypes, in_loss, in_backward = observe(
        look_into_step, sizes, dtype, call=say("amp_step, dtype {dtype}", dtype=dtype)
    )

    expect_equal(
        dtypes,
        [f"torch.{dtype}"],
        "The network does not compute in the narrow dtype.",
        slips={
            "the forward pass is not under autocast": ["torch.float32"],
            "float16 is the default dtype, and another may be given": (
                lambda dtypes: len(dtypes) == 1 and "float16" in dtypes[0]
            ),
        },
    )
    expect_true(
        in_loss,
        "The loss is not computed under autocast.",
        expected="loss_fn is called under autocast",
        got="it is called outside",
    )
    expect_true(
        not in_backward,
        "The backward pass runs under autocast.",
        expected="backward after the autocast block",
        got="backward inside",
    )


def test_amp_step_returns_a_detached_loss(observe, rng):
    net, x, y = draw_step(rng)

    attached = observe(grads_from_step, net, x, y, call="amp_step(…).requires_grad")

    expect_true(
        not attached,
        "The loss that amp_step returns still holds its graph.",
        expected="a detached tensor",
        got="a tensor that requires a gradient",
    )


@pytest.mark.cuda
def test_amp_step_works_on_a_gpu(observe, rng):
    net, x, y = draw_step(rng)

    losses, parameters, scales = observe(
        step_mixed, net, [(x, y)], 1.0, "cuda", call="amp_step on a GPU"
    )

    fault = "amp_step does not step with the unscaled, clipped gradient."
    expect_equal(len(losses), 1, fault)
    expect_near(parameters, clipped_step(net, x, y, 1.0), fault, {})
    expect_equal(
        scales, [2 * SCALE], "After a good step the scaler has not been updated once."
    )
