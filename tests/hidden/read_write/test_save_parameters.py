"""A network's parameters come back in place, or a file that does not fit is refused."""

from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from torch import nn

from read_write_helpers import (
    DISTINCT,
    State,
    exactly,
    look_at,
    net_state,
    normed_net,
    raised,
    read_plainly,
    saved,
)

pytestmark = pytest.mark.exercise("read_write.save_parameters")

KINDS = {
    "": "normed",
    "for a frozen layer": "frozen",
    "in eval mode": "eval",
    "for nested modules": "nested",
    "for tied parameters": "tied",
    "for a buffer that is not persistent": "transient",
    "for a network without parameters": "bare",
    "for float64": "double",
    "for NaN and -0.0": "odd",
}
BECAUSE = {
    "for tied parameters": "net.state_dict() has a tied parameter under each name",
    "for a buffer that is not persistent": "net.state_dict() leaves such a buffer out",
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
    elif kind == "transient":
        net.register_buffer("mask", torch.randn(2), persistent=False)
    elif kind == "bare":
        return nn.Sequential(nn.ReLU())
    elif kind == "odd":
        net[0].bias.data[:2] = torch.tensor([torch.nan, -0.0])
    return net.double() if kind == "double" else net


def save_and_read(ex: Any, kind: str, sizes: list[int]) -> list[Any]:
    """Return what the file holds, and the network afterwards."""
    net = make_net(kind, sizes)
    with TemporaryDirectory() as folder:
        path = f"{folder}/net.pt"
        ex.save_parameters(net, path)
        read = read_plainly(path)
    if isinstance(read, dict):
        read = dict(sorted(read.items()))
    return [exactly(read), look_at(net)]


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
    """Return what is raised, and the network."""
    with TemporaryDirectory() as folder:
        path = saved(folder, state)
        return [raised(lambda: ex.load_parameters(net, path)), look_at(net)]


SKIPS = "strict=False, or a loop over the names that both have, skips the rest"
SHAPES = "compare the shapes: copy_ stretches a row, and numel() is not the shape"


def spoilt(state: State) -> dict[str, tuple[str, State]]:
    """Return state dicts that do not fit, wrong at their end, and why one passes."""
    weight, bias = state["2.weight"], state["2.bias"]
    rest = {name: t for name, t in state.items() if name != "2.bias"}
    no_buffer = {name: t for name, t in state.items() if name != "1.running_var"}
    return {
        "for a file without 2.bias": (SKIPS, rest),
        "for a file without a buffer": (SKIPS, no_buffer),
        "for a file with a 3.bias besides": (SKIPS, {**state, "3.bias": bias}),
        "for a file with 2.bias called bias": (SKIPS, {**rest, "bias": bias}),
        "for an empty file": (SKIPS, {}),
        **{
            f"for a file with {how}": (SHAPES, {**state, name: tensor.contiguous()})
            for how, name, tensor in (
                ("one row of 2.weight", "2.weight", weight[:1]),
                ("2.weight transposed", "2.weight", weight.T),
                ("2.weight flat", "2.weight", weight.flatten()),
                ("a 0-dim 2.bias", "2.bias", bias[0]),
                ("one running_var", "1.running_var", state["1.running_var"][:1]),
            )
        },
    }


def test_save_parameters_writes_the_state_dict(sweep, rng):
    sizes = rng.sample(DISTINCT, 3)

    sweep.cases(
        save_and_read,
        {when: (kind, sizes) for when, kind in KINDS.items()},
        call="save_parameters(net, path); torch.load(path, weights_only=True)",
        fault="The file does not hold the state dict.",
        because=BECAUSE,
        slips={
            "save net.state_dict(): a pickled network needs its class to load": (
                lambda got: "refuses (torch.nn" in got[0][0]
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
        because=BECAUSE,
        slips={
            "new parameters take the place of net's own: copy": (
                lambda got: got[2] == "new parameters"
            ),
            "the network is as before: nothing is copied into it": stays("0.weight"),
            "the buffers are not loaded": stays("1.running_mean"),
            "entries without dimensions are not loaded": stays("1.num_batches_tracked"),
        },
    )


@pytest.mark.weight(3)
def test_load_parameters_refuses_a_file_that_does_not_fit(sweep, rng):
    sizes = rng.sample(DISTINCT, 3)
    net, state = normed_net(sizes), net_state(normed_net(sizes))
    sweep.symbol = "load_parameters"

    bad = spoilt(state)
    fine = {"": (net, state), "for a file that fits": (net, state)}
    sweep.cases(
        load_into,
        {**fine, **{when: (net, file) for when, (_, file) in bad.items()}},
        call="load_parameters(net, path)",
        because={
            when: {
                why: lambda got: got[0] == "no exception",
                "check all names and shapes before the first copy: net is changed": (
                    lambda got: got[0] == "ValueError"
                ),
                "torch raises RuntimeError: compare names and shapes before": (
                    lambda got: got[0] == "RuntimeError"
                ),
            }
            for when, (why, _) in bad.items()
        },
    )
