"""train_epoch makes a step for each batch on its device, and waits for it only once."""

import copy
import weakref
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss
from torch.nn.utils import parameters_to_vector

from grader.observe import expect_close, expect_equal, say
from grader.sim import Drift, metered
from use_gpu_helpers import DISTINCT, Batches, Scaled, on_device

pytestmark = pytest.mark.exercise("use_gpu.train_epoch")

RATE = 0.1
CLOSE = {"rtol": 1e-4, "atol": 1e-5}


class Graph:
    """Lives as long as the autograd graph that holds it."""


class Tag(torch.autograd.Function):
    """The identity, whose node in the graph holds a `Graph`."""

    @staticmethod
    def forward(ctx, x, graphs):
        ctx.graph = Graph()
        graphs.add(ctx.graph)
        return x.clone()

    @staticmethod
    def backward(_, gradient):
        return gradient, None


class Given(nn.MSELoss):
    """A loss that has these values, one after the other, whatever it is given."""

    def __init__(self, *values: float, dtype: torch.dtype = torch.float32):
        super().__init__()
        self.values, self.dtype = list(values), dtype

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        nothing = 0 * super().forward(output, target)
        return nothing.to(self.dtype) + self.values.pop(0)


class Bare:
    """An iterable that has nothing but its iterator, which comes once."""

    def __init__(self, batches: Batches) -> None:
        self.left = iter(batches)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        return self.left


def run_epoch(
    ex: Any,
    net: nn.Module,
    batches: Batches,
    make: Callable[[Batches], Any] = list,
    loss_fn: nn.Module | None = None,
    gradient: float | None = None,
) -> tuple[float, Tensor]:
    """Return the loss, and the parameters of the network and the loss, in a row."""
    loss_fn = loss_fn or nn.MSELoss()
    trained = [*net.parameters(), *loss_fn.parameters()]
    for p in trained if gradient else ():
        p.grad = torch.full_like(p, gradient)
    groups = [{"params": trained[:1]}, {"params": trained[1:]}]
    optimizer = torch.optim.SGD(groups, lr=RATE)
    loss = ex.train_epoch(net, make(batches), loss_fn, optimizer, "cpu")
    return loss, parameters_to_vector(trained).detach()


def run_on_device(
    ex: Any, net: nn.Module, batches: Batches, device: str
) -> tuple[float, Tensor, list[str], list[str], int]:
    """Return loss and parameters, where inputs and targets were, and the waits.

    Copies that come after a wait change values.
    """
    inputs_at, targets_at = [], []

    def arrive(_: Any, args: tuple[Tensor]) -> Tensor:
        inputs_at.append(args[0].device.type)
        return args[0].to(device)

    def loss_fn(output: Tensor, target: Tensor) -> Tensor:
        targets_at.append(target.device.type)
        return mse_loss(output, target.to(device))

    net.to(device).register_forward_pre_hook(arrive)
    optimizer = torch.optim.SGD(net.parameters(), lr=RATE)
    with metered(device) as meter, Drift(1.0, meter):
        loss = ex.train_epoch(net, batches, loss_fn, optimizer, torch.device(device))
        waits = meter.waits
    parameters = parameters_to_vector(net.parameters()).detach()
    return loss, parameters, inputs_at, targets_at, waits


def graphs_alive(ex: Any, net: nn.Module, batches: Batches) -> tuple[list[int], Tensor]:
    """Return how many graphs are alive whenever a batch is asked for; parameters."""
    graphs: weakref.WeakSet[Graph] = weakref.WeakSet()
    counts = []

    def loader() -> Iterator[tuple[Tensor, Tensor]]:
        for pair in batches:
            counts.append(len(graphs))
            yield pair if len(graphs) <= 2 else (0 * pair[0], pair[1])
        counts.append(len(graphs))

    def loss_fn(output: Tensor, target: Tensor) -> Tensor:
        return mse_loss(Tag.apply(output, graphs), target)

    optimizer = torch.optim.SGD(net.parameters(), lr=RATE)
    ex.train_epoch(net, loader(), loss_fn, optimizer, "cpu")
    return counts, parameters_to_vector(net.parameters()).detach()


def draw_batches(rng, count: int) -> tuple[list[int], Batches]:
    """Return the sizes (inner, out) and batches of different lengths."""
    inner, out, *lengths = rng.sample(DISTINCT, 2 + count)
    pairs = [(torch.randn(n, inner), torch.randn(n, out)) for n in lengths]
    return [inner, out], pairs


def train_outside(
    net: nn.Module, batches: Batches, *, forget: bool = True
) -> tuple[Tensor, Tensor]:
    """Return each batch's loss, and the parameters at the end."""
    net = copy.deepcopy(net)
    optimizer = torch.optim.SGD(net.parameters(), lr=RATE)
    losses = []
    for x, y in batches:
        loss = mse_loss(net(x), y)
        if forget:
            optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return torch.stack(losses), parameters_to_vector(net.parameters()).detach()


def slips_of(net: nn.Module, batches: Batches) -> dict[str, Callable[[Any], bool]]:
    """Return what is behind a wrong loss or wrong parameters, with its evidence."""

    losses, right = train_outside(net, batches)
    sizes = torch.tensor([len(x) for x, _ in batches])

    def trained(wrong: Tensor) -> Callable[[Any], bool]:
        return lambda got: torch.allclose(got[1], wrong, **CLOSE)

    def returned(wrong: Tensor) -> Callable[[Any], bool]:
        return lambda got: abs(got[0] - wrong) < 1e-4 and trained(right)(got)

    return {
        "gradients of earlier batches add up: optimizer.zero_grad()": (
            trained(train_outside(net, batches, forget=False)[1])
        ),
        "the parameters never change: backward, then optimizer.step()": (
            trained(parameters_to_vector(net.parameters()))
        ),
        "the first batch alone is used": trained(train_outside(net, batches[:1])[1]),
        "the sum is returned": returned(losses.sum()),
        "the last batch's loss is returned": returned(losses[-1]),
        "batches count alike, whatever their sizes": (
            returned((losses * sizes).sum() / sizes.sum())
        ),
        "the sum is divided by the number of examples": (
            returned(losses.sum() / sizes.sum())
        ),
    }


@pytest.mark.weight(4)
def test_train_epoch_takes_every_loader_but_an_empty_one(sweep, rng):
    (inner, out), batches = draw_batches(rng, 3)
    net = nn.Linear(inner, out)
    uneven = Given(256.0, *[1.0] * 14, dtype=torch.bfloat16)  # their mean is 18
    normed = nn.Sequential(nn.Linear(inner, out), nn.BatchNorm1d(out)).eval()

    sweep.cases(
        run_epoch,
        {
            "for a list": (net, batches),
            "for an iterator": (net, batches, iter),
            "for a loader that has nothing but iter": (net, batches, Bare),
            "for pairs that are lists": (net, batches, partial(map, list)),
            "for a single batch": (net, batches[:1], tuple),
            "in eval mode": (normed, batches),
            "for gradients from before": (net, batches, list, None, 1.0),
            "when the loss has a parameter": (net, batches, list, Scaled()),
            "for a loss of zero": (net, batches, list, Given(0.0, 0.0, 0.0)),
            "for a loss of NaN": (net, batches, list, Given(torch.nan, 1.0, 1.0)),
            "for losses in bfloat16": (net, 5 * batches, list, uneven),
            "for an empty list": (net, []),
            "for an empty iterator": (net, [], iter),
        },
        call="train_epoch with lists, generators and other loaders",
        fault="train_epoch does not step for each batch and return the mean loss.",
        slips=slips_of(net, batches),
        causes={
            r"TypeError: .*(has no len|not subscriptable)": (
                "count the batches as they come: a generator has no len()"
            )
        },
        because={
            "for an iterator": "next(iter(loader)) and list(loader) use it up",
            "in eval mode": "call net.train() first",
            "for gradients from before": "zero_grad comes before the first backward",
            "when the loss has a parameter": "optimizer.zero_grad() clears all that "
            "the optimizer steps, net.zero_grad() the parameters of net",
            "for a loss of zero": "losses of zero are losses, too: count the batches",
            "for a loss of NaN": "NaN is a mean, too: count the batches",
            "for losses in bfloat16": "a sum in bfloat16 loses what is small: add up "
            "in float32, or take the mean at the end",
            "for an empty list": "there is no mean of nothing: raise ValueError",
        },
        raises=(ValueError,),
    )


def test_train_epoch_lets_graphs_go(observe, rng):
    sizes, batches = draw_batches(rng, 6)
    net = nn.Linear(*sizes)

    counts, parameters = observe(
        graphs_alive, net, batches, call="train_epoch, 6 batches"
    )

    whole = "loss holds its whole graph: add up or keep loss.detach()"
    fault = "train_epoch keeps more than the graphs of two batches alive."
    expect_equal(max([2, *counts]), 2, fault, cause=whole)
    wanted = train_outside(net, batches)[1]
    fault = "train_epoch does not train the network as it should."
    expect_close(parameters, wanted, fault, **CLOSE)


@pytest.mark.weight(3)
@on_device
def test_train_epoch_trains_on_the_device_and_waits_once(observe, rng, device):
    count = rng.choice([3, 5, 6])
    (inner, out), batches = draw_batches(rng, count)
    net = nn.Sequential(nn.Linear(inner, 4), nn.Tanh(), nn.Linear(4, out))

    call = say("train_epoch on {device}, {n} batches", device=repr(device), n=count)

    loss, parameters, inputs_at, targets_at, waits = observe(
        run_on_device, net, batches, device, call=call
    )

    moved = [device[:-2]] * count
    lost = "x.to(device) returns the moved tensor; x itself does not move"
    fault = "train_epoch does not move the inputs to the device."
    expect_equal(inputs_at, moved, fault, slips={lost: ["cpu"] * count})
    fault = "train_epoch does not move the targets to the device."
    expect_equal(targets_at, moved, fault)
    often = "item, float, cpu or a print of the loss in the loop waits at every step"
    fault = "train_epoch waits for the device more than once in an epoch."
    expect_equal(waits, 1, fault, slips={often: lambda waits: waits >= count})
    losses, wanted = train_outside(net, batches)
    fault = "train_epoch does not train the network as it should."
    expect_close(parameters, wanted, fault, **CLOSE)
    fault = "train_epoch does not return the mean of the batches' losses."
    expect_close(torch.tensor(loss), losses.mean(), fault, **CLOSE)
