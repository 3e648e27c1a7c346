"""Ema averages parameters and buffers, swaps them in, and gives the network back."""

import copy
import tempfile
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_close, expect_equal, expect_true, say
from parameters_helpers import DISTINCT

pytestmark = pytest.mark.exercise("parameters.Ema")


class Counting(nn.Module):
    """A network with buffers of several dtypes."""

    def __init__(self, a: int, b: int):
        super().__init__()
        self.linear = nn.Linear(a, b)
        self.norm = nn.BatchNorm1d(b)
        self.register_buffer("mask", torch.zeros(b, dtype=torch.bool))

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.linear(x)) * ~self.mask


State = dict[str, Tensor]


def draw_state(net: nn.Module) -> State:
    """Return other values for everything in the network's state dict."""
    return {
        name: torch.rand_like(t) + 1
        if t.is_floating_point()
        else torch.randint(1, 100, t.shape).to(t.dtype)
        for name, t in net.state_dict().items()
    }


def average(
    ex: Any, net: nn.Module, decay: float, states: list[dict[str, Tensor]]
) -> dict[str, Tensor]:
    ema = ex.Ema(net, decay)
    for state in states:
        net.load_state_dict(state)
        ema.update()
    return dict(ema.state_dict())


def overwrite(
    ex: Any, net: nn.Module, state: dict[str, Tensor]
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    ema = ex.Ema(net, 0.5)
    net.load_state_dict(state)
    return dict(ema.state_dict()), net.state_dict()


def swap(
    ex: Any, net: nn.Module, state: dict[str, Tensor], x: Tensor
) -> tuple[list[Tensor], list[Tensor], dict[str, Tensor]]:
    net.eval()
    ema = ex.Ema(net, 0.5)
    held = list(net.parameters())
    net.load_state_dict(state)
    ys, inside = [], []
    for _ in range(2):
        with ema.swapped():
            ys.append(net(x))
            inside = [p.detach().clone() for p in held]
        ys.append(net(x))
    return ys, inside, net.state_dict()


def swap_and_raise(
    ex: Any, net: nn.Module, state: dict[str, Tensor]
) -> tuple[bool, dict[str, Tensor]]:
    ema = ex.Ema(net, 0.5)
    net.load_state_dict(state)
    reached_caller = False
    try:
        with ema.swapped():
            raise KeyError("from the block")
    except KeyError:
        reached_caller = True
    return reached_caller, net.state_dict()


def swap_and_change(
    ex: Any, net: nn.Module, state: dict[str, Tensor]
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    ema = ex.Ema(net, 0.5)
    net.load_state_dict(state)
    with ema.swapped(), torch.no_grad():
        for t in [*net.parameters(), *net.buffers()]:
            t.fill_(1)
    return net.state_dict(), dict(ema.state_dict())


def save_and_load(
    ex: Any,
    net: nn.Module,
    decay: float,
    states: list[dict[str, Tensor]],
    other: nn.Module,
) -> tuple[dict[str, Tensor], dict[str, Tensor], dict[str, Tensor]]:
    ema = ex.Ema(net, decay)
    net.load_state_dict(states[0])
    ema.update()
    with tempfile.TemporaryDirectory() as folder:
        torch.save(ema.state_dict(), f"{folder}/ema.pt")
        loaded = torch.load(f"{folder}/ema.pt", weights_only=True)
    restored = ex.Ema(other, decay)
    restored.load_state_dict(loaded)
    before = {name: t.clone() for name, t in loaded.items()}
    other.load_state_dict(states[1])
    restored.update()
    return dict(restored.state_dict()), before, dict(loaded)


def train_with(
    ex: Any, net: nn.Module, x: Tensor, lr: float
) -> tuple[dict[str, Tensor], list[bool]]:
    ema = ex.Ema(net, 0.5)
    train(net, x, lr, ema.update)
    return net.state_dict(), [t.requires_grad for t in ema.state_dict().values()]


def train(net: nn.Module, x: Tensor, lr: float, after: Callable[[], object]) -> None:
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    for _ in range(3):
        optimizer.zero_grad()
        (net(x) - 1).square().mean().backward()
        optimizer.step()
        after()


def blend(old: State, new: State, weight: float) -> State:
    """Return (1 - weight) of the old values and `weight` of the new; integers anew."""
    return {
        name: torch.lerp(t, new[name], weight) if t.is_floating_point() else new[name]
        for name, t in old.items()
    }


def expect_state(
    got: State,
    expected: State,
    fault: str,
    slips: dict[str, State | list[str]] | None = None,
) -> None:
    """Expect a state dict; a slip's evidence is another one, or names it concerns."""
    expect_equal(
        sorted(got),
        sorted(expected),
        "A state dict does not have the names of net.state_dict().",
    )
    for name, t in expected.items():
        expect_close(
            got[name],
            t,
            fault.format(name),
            slips={
                cause: sign[name] if isinstance(sign, dict) else lambda _: True
                for cause, sign in (slips or {}).items()
                if name in sign
            },
        )


@pytest.mark.weight(2)
@pytest.mark.parametrize("updates", [1, 3])
def test_ema_averages_parameters_and_buffers(observe, rng, updates):
    net = Counting(*rng.sample(DISTINCT, 2))
    states = [draw_state(net) for _ in range(updates)]
    decay = round(rng.uniform(0.6, 0.95), 2)

    got = observe(
        average,
        net,
        decay,
        states,
        call=say(
            "Ema(net, {decay}); {updates} x update(), each with other values in net",
            decay=decay,
            updates=updates,
        ),
    )

    start = {name: t.clone() for name, t in net.state_dict().items()}
    expected = swapped_decay = first_copied = start
    from_zero = {name: torch.zeros_like(t) for name, t in start.items()}
    for i, state in enumerate(states):
        expected = blend(expected, state, 1 - decay)
        swapped_decay = blend(swapped_decay, state, decay)
        from_zero = blend(from_zero, state, 1 - decay)
        first_copied = blend(first_copied, state, 1 - decay) if i else state
    buffers = [name for name, _ in net.named_buffers()]
    expect_state(
        got,
        expected,
        "Ema does not average {} as it says.",
        {
            "floating buffers are averaged too, and integer ones copied": buffers,
            "the old average has the weight decay, the new value 1 - decay": (
                swapped_decay
            ),
            "the averages begin with the network's values, not with 0": from_zero,
            "the first update averages too": first_copied,
            "the averages are the network's own tensors: clone() them": states[-1],
            "update() changes nothing": start,
        },
    )


def test_ema_shares_no_memory_with_the_network(observe, rng):
    net = Counting(*rng.sample(DISTINCT, 2))
    state = draw_state(net)

    averages, own = observe(
        overwrite,
        net,
        state,
        call="ema = Ema(net, 0.5); other values in net, no update",
    )

    expect_state(
        averages,
        net.state_dict(),
        "The average of {} follows the network without an update.",
        {"state_dict() and detach() share the network's memory: clone()": state},
    )
    expect_state(own, state, "Ema changes {} in the network.")


@pytest.mark.weight(2)
def test_ema_swaps_the_averages_in_and_out(observe, rng):
    a, b = rng.sample(DISTINCT, 2)
    net = Counting(a, b).eval()
    state = {**draw_state(net), "mask": torch.zeros(b, dtype=torch.bool)}
    x = torch.randn(4, a)

    ys, inside, after = observe(
        swap,
        net,
        state,
        x,
        call="with ema.swapped(): net(x); then net(x); and both again",
    )

    own = copy.deepcopy(net)
    own.load_state_dict(state)
    for i, y in enumerate(ys):
        expect_close(
            y,
            own(x) if i % 2 else net(x),
            "After the block the network does not compute with its own values."
            if i % 2
            else "In the block the network does not compute with the averages.",
            slips={
                "the averages stay in the network: put its own values back": net(x),
                "the block runs with the network's own values": own(x),
                "buffers are part of the averages too": lambda _: True,
            },
        )
    for got, p in zip(inside, net.parameters(), strict=True):
        expect_equal(
            got,
            p,
            "In the block the network has other Parameter objects than before.",
            slips={
                "copy the values into the parameters that are there": lambda _: True
            },
        )
    expect_state(after, state, "After the block {} is not the network's own.")


def test_ema_restores_the_network_when_the_block_raises(observe, rng):
    net = Counting(*rng.sample(DISTINCT, 2))
    state = draw_state(net)

    reached_caller, after = observe(
        swap_and_raise, net, state, call="with ema.swapped(): raise KeyError"
    )

    expect_state(
        after,
        state,
        "When the block raises, {} is not restored.",
        {"put the own values back in `finally`": net.state_dict()},
    )
    expect_true(
        reached_caller,
        "The exception of the block does not reach the caller.",
        expected="KeyError",
        got="no exception",
        cause="a return in `finally`, or a bare `except`, swallows it",
    )


def test_ema_keeps_its_averages_from_the_block(observe, rng):
    net = Counting(*rng.sample(DISTINCT, 2))
    state = draw_state(net)

    own, averages = observe(
        swap_and_change,
        net,
        state,
        call="with ema.swapped(): fill everything in net with 1",
    )

    ones = {name: torch.ones_like(t) for name, t in state.items()}
    expect_state(
        own,
        state,
        "What the block does to {} is not undone.",
        {"keep a copy of the network's own values, not the tensors themselves": ones},
    )
    expect_state(
        averages,
        net.state_dict(),
        "What the block does to {} reaches the averages.",
        {"copy the averages into the network, in place of lending them": ones},
    )


def test_ema_survives_a_state_dict_round_trip(observe, rng):
    a, b = rng.sample(DISTINCT, 2)
    net, other = Counting(a, b), Counting(a, b)
    other.load_state_dict(draw_state(net))
    states = [draw_state(net), draw_state(net)]
    decay = round(rng.uniform(0.6, 0.95), 2)

    got, before, loaded = observe(
        save_and_load,
        net,
        decay,
        states,
        other,
        call="update(); state_dict() saved and loaded into the Ema of another net; "
        "update()",
    )

    first = blend(net.state_dict(), states[0], 1 - decay)
    lost = blend(other.state_dict(), states[1], 1 - decay)
    expect_state(
        got,
        blend(first, states[1], 1 - decay),
        "After a round trip {} does not go on from the saved average.",
        {"load_state_dict does not change the averages": lost},
    )
    expect_state(before, first, "The saved average of {} is not what was averaged.")
    expect_state(
        loaded,
        first,
        "An update changes {} in the dict that was loaded.",
        {"copy the values: keep no tensors of the caller's": list(first)},
    )


def test_ema_does_not_take_part_in_training(observe, rng):
    a, b = rng.sample(DISTINCT, 2)
    net, x = Counting(a, b), torch.randn(8, a)

    state, requires_grad = observe(
        train_with, net, x, 0.1, call="three steps of SGD, update() after each"
    )

    expect_true(
        not any(requires_grad),
        "The averages require gradients.",
        expected="requires_grad False",
        got="requires_grad True",
        cause="average under torch.no_grad(), from detached values",
    )
    alone = copy.deepcopy(net)
    train(alone, x, 0.1, lambda: None)
    expect_state(
        state, alone.state_dict(), "The network is trained differently: see {}."
    )
