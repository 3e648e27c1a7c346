"""A network's parameters come back in place, or a file that does not fit is refused."""

import contextlib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from read_write_helpers import (
    DISTINCT,
    State,
    exactly,
    net_state,
    normed_net,
    read_plainly,
    saved,
    train_once,
)

pytestmark = pytest.mark.exercise("read_write.save_parameters")

KINDS = {
    "": "normed",
    "for tied parameters": "tied",
    "for a frozen layer": "frozen",
    "in eval mode": "eval",
    "for nested modules": "nested",
    "for a network without parameters": "bare",
    "for float64": "double",
    "for NaN and -0.0": "odd",
}


def make_net(kind: str, sizes: list[int]) -> nn.Module:
    net = normed_net(sizes)
    if kind == "tied":
        net.append(net[2])
        net.append(nn.Linear(3, sizes[0]))
        net[4].weight = net[0].weight
    elif kind == "frozen":
        net[0].requires_grad_(False)
    elif kind == "eval":
        net.eval()
    elif kind == "nested":
        outer = nn.ModuleDict({"body": nn.Sequential(net), "head": nn.Linear(2, 3)})
        outer.register_buffer("seen", torch.randn(()))
        outer.register_parameter("scale", nn.Parameter(torch.randn(2)))
        return outer
    elif kind == "bare":
        return nn.Sequential(nn.ReLU())
    elif kind == "odd":
        net[0].bias.data[:2] = torch.tensor([torch.nan, -0.0])
    return net.double() if kind == "double" else net


def look_at(net: nn.Module) -> list[Any]:
    flags = [p.requires_grad for p in net.parameters()]
    return [
        *exactly(dict(net.state_dict())),
        flags,
        [m.training for m in net.modules()],
    ]


def save_and_read(ex: Any, kind: str, sizes: list[int]) -> list[Any]:
    """Return what the file holds, and the network afterwards."""
    net = make_net(kind, sizes)
    with TemporaryDirectory() as folder:
        path = f"{folder}/net.pt"
        ex.save_parameters(net, path)
        return [exactly(read_plainly(path)), look_at(net)]


def load_twice(ex: Any, kind: str, sizes: list[int]) -> list[Any]:
    """Return a network once it is filled from a file, and from the next at its path."""
    net, looks = make_net(kind, sizes), []
    own = list(net.parameters())
    with TemporaryDirectory() as folder:
        for _ in range(2):
            path = saved(folder, make_net(kind, sizes).state_dict())
            ex.load_parameters(net, path)
            looks.append(look_at(net))
    kept = all(map(lambda a, b: a is b, own, net.parameters()))
    return [*looks, "its own parameters" if kept else "new parameters"]


def load_into(ex: Any, net: nn.Module, state: State) -> list[Any]:
    with TemporaryDirectory() as folder:
        ex.load_parameters(net, saved(folder, state))
    return look_at(net)


def try_to_load(ex: Any, net: nn.Module, state: State) -> list[Any]:
    with contextlib.suppress(Exception):
        load_into(ex, net, state)
    return look_at(net)


def load_then_train(ex: Any, net: nn.Module, state: State, x: Tensor) -> State:
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    load_into(ex, net, state)
    return train_once(net, optimizer, x)


def exchange(ex: Any, sizes: list[int]) -> list[Any]:
    one, two, into = (normed_net(sizes) for _ in range(3))
    with TemporaryDirectory() as folder:
        first, second, moved = (Path(folder, name) for name in ("one", "two", "moved"))
        ex.save_parameters(one, first)
        ex.save_parameters(two, second)
        first.rename(moved)
        ex.load_parameters(into, moved)
    return [look_at(into), look_at(one)]


def spoilt(state: State) -> dict[str, State]:
    """Return state dicts that do not fit, wrong at their end."""
    rest = {name: t for name, t in state.items() if name != "2.bias"}
    weight, bias = state["2.weight"], state["2.bias"]
    return {
        "for a file without 2.bias": rest,
        "for a file without a buffer": {
            name: t for name, t in state.items() if name != "1.running_var"
        },
        "for a file with a 3.bias besides": {**state, "3.bias": torch.zeros(2)},
        "for a file with 2.bias called bias": {**rest, "bias": bias},
        "for a file with one row of 2.weight": {
            **state,
            "2.weight": weight[:1].clone(),
        },
        "for a file with 2.weight transposed": {**state, "2.weight": weight.T.clone()},
        "for a file with 2.weight flat": {**state, "2.weight": weight.flatten()},
        "for a file with a 0-dim 2.bias": {**state, "2.bias": bias[0].clone()},
        "for an empty file": {},
    }


def test_save_parameters_writes_the_state_dict(sweep, rng):
    sizes = rng.sample(DISTINCT, 3)

    sweep.cases(
        save_and_read,
        {when: (kind, sizes) for when, kind in KINDS.items()},
        call="save_parameters(net, path); torch.load(path, weights_only=True)",
        fault="The file does not hold the state dict.",
        slips={
            "save net.state_dict(): a pickled network needs its class to load": (
                lambda got: "refuses" in got[0][0]
            ),
            "net.parameters() leaves out the buffers; net.state_dict() has them": (
                lambda got: (
                    "0.weight" in got[0][0] and "1.running_mean" not in got[0][0]
                )
            ),
        },
    )


@pytest.mark.weight(2)
def test_load_parameters_fills_the_network(sweep, rng):
    sizes = rng.sample(DISTINCT, 3)
    sweep.symbol = "load_parameters"

    def stays(name: str) -> Any:
        return lambda got: torch.equal(got[0][1][name], got[1][1][name])

    sweep.cases(
        load_twice,
        {when: (kind, sizes) for when, kind in KINDS.items()},
        call="load_parameters(net, path); once more with another file at the path",
        fault="After load_parameters, the network is not as the file says.",
        slips={
            "new parameters take the place of net's own: copy": (
                lambda got: got[2] == "new parameters"
            ),
            "the network is as before: nothing is copied into it": stays("0.weight"),
            "the buffers are not loaded": stays("1.running_mean"),
            "entries without dimensions are not loaded": stays("1.num_batches_tracked"),
        },
    )


def test_parameters_come_back_from_a_file_that_was_moved(sweep, rng):
    sweep.cases(
        exchange,
        {"": (rng.sample(DISTINCT, 3),)},
        call="save_parameters of two networks, rename the first file, load it",
        fault="The file does not give its network back.",
    )


def test_load_parameters_keeps_the_optimizer_at_work(sweep, rng):
    sizes = rng.sample(DISTINCT, 3)
    net, state = normed_net(sizes), net_state(normed_net(sizes))

    sweep.cases(
        load_then_train,
        {"": (net, state, torch.randn(8, sizes[0]))},
        call="optimizer of net; load_parameters(net, path); optimizer.step()",
        fault="An optimizer made before load_parameters does not train the network.",
        slips={
            "new parameters take the place of net's own: copy": (
                lambda got: torch.equal(got["0.weight"], state["0.weight"])
            )
        },
    )


@pytest.mark.weight(3)
def test_load_parameters_refuses_a_file_that_does_not_fit(sweep, rng):
    sizes = rng.sample(DISTINCT, 3)
    net, state = normed_net(sizes), net_state(normed_net(sizes))
    files = {when: (net, bad) for when, bad in spoilt(state).items()}
    sweep.symbol = "load_parameters"

    sweep.cases(
        load_into,
        {"": (net, state), **files},
        call="load_parameters(net, path)",
        raises=(ValueError,),
        because=dict.fromkeys(
            files,
            "strict=False, or a loop over the names that both have, skips the rest",
        ),
    )
    sweep.cases(
        try_to_load,
        files,
        call="load_parameters(net, path), which refuses the file",
        fault="The file is refused, but the network is not as it was.",
        slips={"check all names and shapes before the first copy": lambda _: True},
        because=dict.fromkeys(
            files, "check all names and shapes before the first copy"
        ),
    )
