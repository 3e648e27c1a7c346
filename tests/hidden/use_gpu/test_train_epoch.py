"""train_epoch makes a step for each batch on its device, and waits for it only once."""

import copy
import statistics
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_close, expect_equal, expect_true, say
from use_gpu_helpers import DISTINCT, Batches, metered, on_device, on_sim

pytestmark = pytest.mark.exercise("use_gpu.train_epoch")


class Reporter(nn.Module):
    """A linear layer that notes where its inputs are and in which mode it runs."""

    def __init__(self, inner: int, out: int, device: str):
        super().__init__()
        self.linear = nn.Linear(inner, out, device=device)
        self.places: list[str] = []
        self.modes: list[bool] = []

    def forward(self, x: Tensor) -> Tensor:
        self.places.append(x.device.type)
        self.modes.append(self.training)
        return self.linear(x.to(self.linear.weight.device))


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


def run_epoch(
    ex: Any, net: nn.Module, batches: Batches, lr: float, device: str
) -> tuple[float, list[Tensor]]:
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    loss = ex.train_epoch(net, batches, nn.MSELoss(), optimizer, torch.device(device))
    return loss, [p.detach() for p in net.parameters()]


def run_epoch_on_device(
    ex: Any, net: nn.Module, batches: Batches, lr: float, device: str
) -> tuple[float, list[Tensor], int]:
    """Return loss and parameters, and how often the host waited for the device."""
    net.to(device)
    with metered(device) as meter:
        loss, parameters = run_epoch(ex, net, batches, lr, device)
        waits = meter.waits
    return loss, parameters, waits


def run_epoch_with_old_gradients(
    ex: Any, net: nn.Module, batches: Batches, lr: float
) -> list[Tensor]:
    for p in net.parameters():
        p.grad = torch.ones_like(p)
    return run_epoch(ex, net, batches, lr, "cpu")[1]


class Bare:
    """An iterable that has nothing but its iterator, which comes once."""

    def __init__(self, batches: Batches) -> None:
        self.left = iter(batches)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        return self.left


def once(batches: Batches) -> Iterator[tuple[Tensor, Tensor]]:
    return (pair for pair in batches)


def lists_of(batches: Batches) -> tuple[list[Tensor], ...]:
    return tuple([x, y] for x, y in batches)


def run_epoch_of_kind(
    ex: Any, net: nn.Module, batches: Batches, make: Any, constant: bool = False
) -> list[Any]:
    """Return the loss and its class, parameters, mode, and the batches as they are."""
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)

    def loss_fn(output: Tensor, target: Tensor) -> Tensor:
        mse = nn.functional.mse_loss(output, target)
        return 0 * mse + 2 if constant else mse

    loss = ex.train_epoch(net, make(batches), loss_fn, optimizer, "cpu")
    after = [p.detach() for p in net.parameters()]
    return [loss, type(loss).__name__, after, net.training, batches]


class LoaderError(Exception):
    """What a broken loader raises."""


class LossError(ValueError):
    """What a broken loss raises."""


def fail_in_turn(ex: Any, net: nn.Module, batches: Batches) -> list[str]:
    """Return what comes of a loader and of a loss that fail after a good batch."""

    def broken(batches: Batches) -> Iterator[tuple[Tensor, Tensor]]:
        yield batches[0]
        raise LoaderError("the disk is gone")

    def loss_fn(output: Tensor, target: Tensor) -> Tensor:
        calls.append(1)
        if len(calls) > 1:
            raise LossError("no loss")
        return nn.functional.mse_loss(output, target)

    seen = []
    for loader, loss in ((broken(batches), nn.MSELoss()), (batches, loss_fn)):
        calls: list[int] = []
        steps: list[int] = []
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        optimizer.register_step_post_hook(lambda *_, s=steps: s.append(1))
        try:
            ex.train_epoch(net, loader, loss, optimizer, "cpu")
        except (LoaderError, LossError) as error:
            seen.append(f"{type(error).__name__} after {len(steps)} step")
    return seen


def watch_epoch(
    ex: Any, sizes: list[int], batches: Batches, device: str, by_name: bool
) -> tuple[list[str], list[str], list[bool]]:
    """Return where inputs and targets were, and the modes of the network."""
    targets_at = []

    def loss_fn(output: Tensor, target: Tensor) -> Tensor:
        targets_at.append(target.device.type)
        return nn.functional.mse_loss(output, target.to(output.device))

    with metered(device):
        net = Reporter(*sizes, device=device).eval()
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        place = device if by_name else torch.device(device)
        ex.train_epoch(net, batches, loss_fn, optimizer, place)
    return net.places, targets_at, net.modes


def graphs_alive(ex: Any, net: nn.Module, batches: Batches) -> list[int]:
    """Return the number of graphs that are alive whenever a batch is asked for."""
    graphs: weakref.WeakSet[Graph] = weakref.WeakSet()
    counts = []

    def loader() -> Iterator[tuple[Tensor, Tensor]]:
        for pair in batches:
            counts.append(len(graphs))
            yield pair
        counts.append(len(graphs))

    def loss_fn(output: Tensor, target: Tensor) -> Tensor:
        return nn.functional.mse_loss(Tag.apply(output, graphs), target)

    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    ex.train_epoch(net, loader(), loss_fn, optimizer, "cpu")
    return counts


def draw_batches(rng, count: int) -> tuple[list[int], Batches]:
    """Return the sizes (inner, out) and batches of different lengths."""
    inner, out, *lengths = rng.sample(DISTINCT, 2 + count)
    pairs = [(torch.randn(n, inner), torch.randn(n, out)) for n in lengths]
    return [inner, out], pairs


def train_outside(
    net: nn.Module, batches: Batches, lr: float, forget: bool = True
) -> tuple[list[float], list[Tensor]]:
    """Return each batch's loss and the parameters at the end."""
    net = copy.deepcopy(net)
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    losses = []
    for x, y in batches:
        loss = nn.functional.mse_loss(net(x), y)
        if forget:
            optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, [p.detach() for p in net.parameters()]


def expect_loss(loss: float, losses: list[float], batches: Batches) -> None:
    lengths = [len(x) for x, _ in batches]
    weighted = sum(a * n for a, n in zip(losses, lengths, strict=True)) / sum(lengths)
    expect_close(
        torch.tensor(loss, dtype=torch.float64),
        torch.tensor(statistics.mean(losses), dtype=torch.float64),
        "train_epoch does not return the mean of the batches' losses.",
        slips={
            "the sum is returned": close_to(sum(losses)),
            "the last batch's loss is returned": close_to(losses[-1]),
            "batches count alike, whatever their sizes": close_to(weighted),
            "the sum is divided by the number of examples": close_to(
                sum(losses) / sum(lengths)
            ),
        },
        rtol=1e-4,
        atol=1e-5,
    )


def close_to(value: float) -> Callable[[Tensor], bool]:
    return lambda got: abs(float(got) - value) <= 1e-4 * abs(value)


def expect_parameters(
    got: list[Tensor],
    expected: list[Tensor],
    fault: str,
    slips: dict[str, list[Tensor]],
) -> None:
    """Expect parameters up to rounding; slips give the parameters they lead to."""
    expect_equal(len(got), len(expected), fault)

    def fit(others: list[Tensor]) -> bool:
        return all(
            a.shape == b.shape
            and a.dtype == b.dtype
            and torch.allclose(a, b, rtol=1e-4, atol=1e-5)
            for a, b in zip(got, others, strict=True)
        )

    cause = next((cause for cause, others in slips.items() if fit(others)), None)
    expect_true(
        fit(expected),
        fault,
        expected="the parameters after one step of SGD for each batch",
        got="others",
        cause=cause,
    )


@pytest.mark.weight(2)
def test_train_epoch_makes_a_step_for_each_batch(observe, rng):
    (inner, out), batches = draw_batches(rng, 4)
    net = nn.Linear(inner, out)

    loss, parameters = observe(
        run_epoch, net, batches, 0.1, "cpu", call="train_epoch on four batches, SGD"
    )

    losses, expected = train_outside(net, batches, 0.1)
    _, piled_up = train_outside(net, batches, 0.1, forget=False)
    expect_parameters(
        parameters,
        expected,
        "train_epoch does not train the network as it should.",
        {
            "gradients of earlier batches add up: optimizer.zero_grad()": piled_up,
            "the parameters never change: backward, then optimizer.step()": [
                p.detach() for p in net.parameters()
            ],
            "the first batch alone is used": train_outside(net, batches[:1], 0.1)[1],
        },
    )
    expect_loss(loss, losses, batches)


@pytest.mark.weight(2)
@on_sim
@pytest.mark.parametrize("by_name", [False, True], ids=["device", "name"])
def test_train_epoch_moves_inputs_and_targets(observe, rng, by_name):
    sizes, batches = draw_batches(rng, 3)

    inputs_at, targets_at, _ = observe(
        watch_epoch,
        sizes,
        batches,
        "sim:0",
        by_name,
        call="train_epoch on CPU batches, the network and device on 'sim:0'",
    )

    lost = {
        "x.to(device) returns the moved tensor; x itself does not move": ["cpu"] * 3
    }
    expect_equal(
        inputs_at,
        ["sim"] * 3,
        "train_epoch does not move the inputs to the device.",
        slips=lost,
    )
    expect_equal(
        targets_at,
        ["sim"] * 3,
        "train_epoch does not move the targets to the device.",
        slips=lost,
    )


@pytest.mark.weight(2)
@on_device
def test_train_epoch_trains_on_the_device_and_waits_once(observe, rng, device):
    count = rng.choice([3, 5, 6])
    (inner, out), batches = draw_batches(rng, count)
    net = nn.Sequential(nn.Linear(inner, 4), nn.Tanh(), nn.Linear(4, out))

    loss, parameters, waits = observe(
        run_epoch_on_device,
        net,
        batches,
        0.1,
        device,
        call=say(
            "train_epoch on {device}, {count} batches", device=repr(device), count=count
        ),
    )

    losses, expected = train_outside(net, batches, 0.1)
    fault = "train_epoch does not train on the device as it does on the CPU."
    expect_parameters(parameters, expected, fault, {})
    expect_loss(loss, losses, batches)
    often = "item, float, cpu or a print of the loss in the loop waits at every step"
    expect_true(
        waits <= 1,
        "train_epoch waits for the device more than once in an epoch.",
        expected="1 wait",
        got=say("{waits}", waits=waits),
        cause=often if waits >= count else None,
    )


def test_train_epoch_lets_graphs_go(observe, rng):
    (inner, out), batches = draw_batches(rng, 6)

    counts = observe(
        graphs_alive, nn.Linear(inner, out), batches, call="train_epoch, 6 batches"
    )

    most = max(counts, default=0)
    expect_true(
        most <= 2,
        "train_epoch keeps the graphs of all batches alive.",
        expected="at most the last batch's graph",
        got=say("{most} graphs at once", most=most),
        cause="loss holds its whole graph: add up or keep loss.detach()",
    )


def test_train_epoch_trains_in_training_mode(observe, rng):
    sizes, batches = draw_batches(rng, 2)

    _, _, modes = observe(
        watch_epoch,
        sizes,
        batches,
        "cpu",
        False,
        call="net.eval(); train_epoch(net, …)",
    )

    expect_equal(
        modes,
        [True, True],
        "train_epoch does not put the network in training mode.",
        slips={"call net.train() first": [False, False]},
    )


def test_train_epoch_does_not_use_old_gradients(observe, rng):
    (inner, out), batches = draw_batches(rng, 3)
    net = nn.Linear(inner, out)

    parameters = observe(
        run_epoch_with_old_gradients,
        net,
        batches,
        0.1,
        call="train_epoch on a network that has gradients from before",
    )

    _, expected = train_outside(net, batches, 0.1)
    expect_parameters(
        parameters,
        expected,
        "Gradients from before the epoch count in train_epoch.",
        {
            "zero_grad comes before backward, in the first step too": first_step_too(
                net, batches, 0.1
            )
        },
    )


def first_step_too(net: nn.Module, batches: Batches, lr: float) -> list[Tensor]:
    """Return the parameters if gradients of one are added in the first step."""
    net = copy.deepcopy(net)
    (x, y), *rest = batches
    for p in net.parameters():
        p.grad = torch.ones_like(p)
    nn.functional.mse_loss(net(x), y).backward()
    torch.optim.SGD(net.parameters(), lr=lr).step()
    return train_outside(net, rest, lr)[1]


def test_train_epoch_takes_every_loader_but_an_empty_one(sweep, rng):
    (inner, out), batches = draw_batches(rng, 3)
    net = nn.Linear(inner, out)
    frozen = nn.Sequential(nn.Linear(inner, inner), nn.Linear(inner, out))
    frozen[0].requires_grad_(False)

    sweep.cases(
        run_epoch_of_kind,
        {
            "for a list": (net, batches, list),
            "for a generator": (net, batches, once),
            "for a loader that has nothing but iter": (net, batches, Bare),
            "for a tuple of lists": (net, batches, lists_of),
            "for one batch": (net, batches[:1], once),
            "when a layer is frozen": (frozen, batches, list),
            "for a loss that a network cannot change": (net, batches, list, True),
            "for an empty list": (net, [], list),
            "for an empty generator": (net, [], once),
        },
        call="train_epoch with lists, generators and other loaders",
        causes={
            r"TypeError: .*(has no len|not subscriptable)": (
                "count the batches as they come: a generator has no len()"
            )
        },
        because={
            "for a generator": (
                "next(iter(loader)) and list(loader) use up what comes only once"
            ),
            "for an empty list": "there is no mean of nothing: raise ValueError",
        },
        raises=(ValueError,),
    )


def test_train_epoch_hands_on_what_is_raised(observe, rng):
    (inner, out), batches = draw_batches(rng, 2)

    seen = observe(
        fail_in_turn,
        nn.Linear(inner, out),
        batches,
        call="train_epoch, the loader or loss_fn raises an exception of its own",
    )

    expect_equal(
        seen,
        ["LoaderError after 1 step", "LossError after 1 step"],
        "train_epoch does not hand on what the loader and loss_fn raise.",
    )
