"""amp_step computes under autocast, unscales, clips, and skips what is not finite."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_close, expect_equal, say
from use_gpu_helpers import DISTINCT, Batches, changed, some_gpus

pytestmark = pytest.mark.exercise("use_gpu.amp_step")

SCALE = 256.0
STALE = 1e6  # gradients from before a step
ROUNDING = 1e-2, 2e-3  # of a narrow dtype


def uneven(output: Tensor, target: Tensor) -> Tensor:
    """Return a loss that takes its arguments for different things."""
    return nn.functional.mse_loss(output, target) + 5 * output.mean()


def step_mixed(
    ex: Any,
    net: nn.Module,
    pairs: Batches,
    options: dict[str, float],
    scale: float = SCALE,
    device: str = "cpu",
    interval: int = 1,
) -> tuple[list[Tensor], list[Tensor], list[float], list[Tensor]]:
    """Return parameters, losses, scales and momenta after a step for each pair."""
    net.to(device)
    trained = [p for p in net.parameters() if p.requires_grad]
    groups = [{"params": trained[:1]}, {"params": trained[1:]}]
    optimizer = torch.optim.SGD(groups, lr=0.5, momentum=0.5)
    on = {"init_scale": scale, "growth_interval": interval, "enabled": scale > 0}
    scaler = torch.amp.GradScaler(device, **on)
    losses, scales = [], []
    for p in trained:
        p.grad = torch.full_like(p, STALE)
    given = {**options, "dtype": torch.bfloat16}
    for pair in pairs:
        x, y = (t.to(device) for t in pair)
        losses.append(ex.amp_step(net, x, y, uneven, optimizer, scaler, **given))
        scales.append(scaler.get_scale())
    momenta = [m for state in optimizer.state.values() for m in state.values()]
    return [p.detach() for p in net.parameters()], losses, scales, momenta


def look_into_step(
    ex: Any, sizes: list[int], given: dict[str, str], gpus: int = 0
) -> tuple[Tensor, list[str], str, str, list[Tensor]]:
    """Return the loss, the dtypes in the network, and what happens where.

    And a product, in the loss and in the backward pass, whose bits tell of autocast.
    """
    net, dtypes, seen, products = nn.Linear(*sizes), [], [], []
    v, w = torch.rand(2, 1, 1) + 1

    def look() -> None:
        seen.append(torch.is_autocast_enabled("cpu"))
        products.append(((v @ w).double() * 2**20).long())

    net.register_forward_hook(lambda _, __, y: dtypes.append(str(y.dtype)))

    def loss_fn(output: Tensor, target: Tensor) -> Tensor:
        look()
        output.register_hook(lambda _: look())
        return nn.functional.mse_loss(output.float(), target)

    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    scaler = torch.amp.GradScaler("cpu", init_scale=SCALE)
    x, y = torch.randn(3, sizes[0]), torch.randn(3, sizes[1])
    options = {name: getattr(torch, dtype) for name, dtype in given.items()}
    with changed(ex, some_gpus(gpus)):
        loss = ex.amp_step(net, x, y, loss_fn, optimizer, scaler, **options)
    where = {True: "under autocast", False: "outside of autocast"}
    loss = torch.from_numpy(loss.numpy())  # refuses what has a graph
    return loss, dtypes, where[seen[0]], where[seen[-1]], products


def clipped_step(
    net: nn.Module, x: Tensor, y: Tensor, max_norm: float, wrong: str = ""
) -> list[Tensor]:
    """Return the parameters after one step of SGD, with one thing wrong."""
    net = copy.deepcopy(net)
    parameters = list(net.parameters())
    optimizer = torch.optim.SGD(parameters, lr=0.5, momentum=0.5)
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=wrong != "wide"):
        loss = uneven(net(x), y)
    loss.backward()
    factors = {"unscaled twice": 1 / SCALE, "clipped first": SCALE}
    for p in parameters:
        p.grad *= factors.get(wrong, 1)
        p.grad += STALE / SCALE if wrong == "stale" else 0
    together = [parameters] if wrong != "each alone" else [[p] for p in parameters]
    for group in together if wrong != "not clipped" else []:
        nn.utils.clip_grad_norm_(group, max_norm)
    factors = {"still scaled": SCALE, "clipped first": 1 / SCALE}
    for p in parameters:
        p.grad *= factors.get(wrong, 1)
    optimizer.step()
    return [p.detach() for p in parameters]


def fits(expected: list[Tensor]) -> Callable[[Any], bool]:
    """Return evidence that these are the parameters."""
    return lambda got: all(
        torch.allclose(a, b, 1e-5, 1e-6) for a, b in zip(got[0], expected, strict=True)
    )


def draw_step(rng) -> tuple[nn.Module, Tensor, Tensor]:
    """Return a network and a pair whose gradient's norm is far above 1."""
    inner, out = rng.sample(DISTINCT, 2)
    return nn.Linear(inner, out), torch.randn(6, inner), 20 + torch.randn(6, out)


def slips_of(
    net: nn.Module, x: Tensor, y: Tensor, max_norm: float
) -> dict[str, Callable[[Any], bool]]:
    """Return what is behind wrong parameters after a step, with its evidence."""

    right = fits(clipped_step(net, x, y, max_norm))

    def wrong(how: str) -> Callable[[Any], bool]:
        slip = fits(clipped_step(net, x, y, max_norm, how))
        return lambda got: slip(got) and not right(got)

    return {
        "the gradients are divided by the scale after they are clipped, or once more "
        "then: unscale_ comes first": wrong("clipped first"),
        "the gradients are not clipped": wrong("not clipped"),
        "the norm is that of all gradients together": wrong("each alone"),
        "the gradients are divided by the scale twice": wrong("unscaled twice"),
        "the gradients still hold the scale: scaler.step, not optimizer.step": (
            wrong("still scaled")
        ),
        "gradients from before count too: optimizer.zero_grad()": wrong("stale"),
        "the forward pass is not under autocast": wrong("wide"),
        "no step is made": fits(list(net.parameters())),
        "the loss that is returned is not scaled": (
            lambda got: bool(got[1][0] > 100 * uneven(net(x), y))
        ),
        "scaler.update() is missing": lambda got: got[2] == [SCALE],
    }


@pytest.mark.weight(2)
def test_amp_step_steps_with_the_unscaled_clipped_gradient(sweep, rng):
    net, x, y = draw_step(rng)
    max_norm = rng.choice([0.5, 2.0])
    clip, far = {"max_norm": max_norm}, {"max_norm": 1e6}
    frozen = nn.Sequential(nn.Linear(x.shape[1], 4), nn.Linear(4, y.shape[1]))
    frozen[0].weight.requires_grad_(False)

    sweep.cases(
        step_mixed,
        {
            "where the norm is clipped": (net, [(x, y)], clip),
            "where max_norm is left out": (net, [(x, y)], {}),
            "for max_norm=0": (net, [(x, y)], {"max_norm": 0.0}),
            "where the norm need not be clipped": (net, [(x, y)], far),
            "in a second step": (net, [(x, y), (x + 1, y - 40)], far),
            "where the scale grows later": (net, [(x, y)], far, SCALE, "cpu", 2),
            "where a parameter is frozen": (frozen, [(x, y)], clip),
            "with a scaler that is switched off": (net, [(x, y)], clip, 0.0),
        },
        call=say("amp_step(…, max_norm={max_norm}), and others", max_norm=max_norm),
        fault="amp_step does not step with the unscaled, clipped gradient.",
        slips=slips_of(net, x, y, max_norm),
        because={"where max_norm is left out": "by default the norm is clipped to 1"},
    )


@pytest.mark.weight(2)
def test_amp_step_skips_a_step_that_is_not_finite(sweep, rng):
    net, x, y = draw_step(rng)
    row, clip = torch.tensor(rng.randrange(6)), {"max_norm": 1.0}
    nan, inf = (x.index_fill(0, row, bad) for bad in (torch.nan, torch.inf))

    sweep.cases(
        step_mixed,
        {
            "for NaN after a good step": (net, [(x, y), (nan, y)], clip),
            "for infinity after a good step": (net, [(x, y), (inf, y)], clip),
            "for a good step after a bad one": (net, [(nan, y), (x, y)], clip),
            "where the scale alone is too large": (net, [(x, y)], clip, 2.0**127),
        },
        call="amp_step on good inputs and on bad ones",
        fault="amp_step does not skip a step whose gradient is not finite.",
        slips={
            "optimizer.step() steps in any case, scaler.step(optimizer) looks first": (
                lambda got: any(not p.isfinite().all() for p in got[0])
            ),
            "scaler.update() is missing": lambda got: got[2] == [SCALE, SCALE],
            "unscale_ was not told of the gradients: the scaler saw nothing wrong": (
                lambda got: got[2] == [2 * SCALE, 4 * SCALE]
            ),
        },
        because={
            "where the scale alone is too large": "the loss is finite there: it is the "
            "scaled gradients that are not"
        },
        tolerance=ROUNDING,
    )


def test_amp_step_runs_network_and_loss_under_autocast(sweep, rng):
    sizes = rng.sample(DISTINCT, 2)

    sweep.cases(
        look_into_step,
        {
            "by default": (sizes, {}),
            "for bfloat16": (sizes, {"dtype": "bfloat16"}),
            "on the CPU of a machine with GPUs": (sizes, {}, 2),
        },
        call="amp_step, seen from the network, the loss and the backward pass",
        fault="amp_step does not run network and loss alone under autocast.",
        slips={
            "the forward pass is not under autocast": (
                lambda got: got[1] == ["torch.float32"]
            ),
            "pass dtype, by default float16": lambda got: got[1] == ["torch.bfloat16"],
            "loss_fn belongs under autocast, too": lambda got: got[2].startswith("out"),
            "the backward pass belongs behind the autocast block": (
                lambda got: got[3].startswith("under")
            ),
        },
        causes={
            "requires grad": "loss.detach(): what is returned still holds its graph"
        },
        because={
            "for bfloat16": "dtype is an argument",
            "on the CPU of a machine with GPUs": "autocast is for the inputs' device, "
            "whatever the machine has",
        },
        tolerance=ROUNDING,
    )


@pytest.mark.cuda
def test_amp_step_works_on_a_gpu(observe, rng):
    net, x, y = draw_step(rng)
    clip = {"max_norm": 1.0}

    parameters, losses, scales, _ = observe(
        step_mixed, net, [(x, y)], clip, SCALE, "cuda", call="amp_step on a GPU"
    )

    fault = "amp_step does not step with the unscaled, clipped gradient."
    for p, wanted in zip(parameters, clipped_step(net, x, y, 1.0), strict=True):
        expect_close(p, wanted, fault, rtol=1e-2, atol=2e-3)
    fault = "After a good step the scaler has not been updated once."
    expect_equal((len(losses), scales), (1, [2 * SCALE]), fault)
