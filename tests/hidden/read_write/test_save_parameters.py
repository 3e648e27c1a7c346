"""A network's parameters come back in place, or a file that does not fit is refused."""

from typing import Any

import pytest
import torch
from torch import nn

from grader.sandbox.trials import same
from read_write_helpers import (
    DISTINCT,
    State,
    in_turn,
    look_at,
    normed_net,
    packed,
    raised,
    written,
)

pytestmark = pytest.mark.exercise("read_write.save_parameters")

KINDS = {
    "": "normed",
    "for a frozen layer in eval mode": "frozen",
    "for nested modules": "nested",
    "for tied parameters": "tied",
    "for a buffer that is not persistent": "transient",
    "for a network without parameters": "bare",
    "for float64": "double",
}
BECAUSE = {
    "for tied parameters": "net.state_dict() has a tied parameter under each name",
    "for a buffer that is not persistent": "net.state_dict() leaves such a buffer out",
}


def make_net(kind: str, sizes: list[int]) -> nn.Module:
    if kind == "bare":
        return nn.Sequential(nn.ReLU())
    net = normed_net(sizes)
    if kind == "tied":
        net.append(net[2])
        net.append(nn.Linear(3, sizes[0]))
        net[4].weight = net[0].weight
    elif kind == "frozen":
        net[0].requires_grad_(False)
        net.eval()
    elif kind == "nested":
        outer = nn.ModuleDict({"module": nn.Sequential(net), "head": nn.Linear(2, 3)})
        outer.register_buffer("mask", torch.randn(3) > 0)
        outer.register_parameter("scale", nn.Parameter(torch.randn(2)))
        return outer
    elif kind == "transient":
        net.register_buffer("mask", torch.randn(2), persistent=False)
    elif kind == "double":
        net.double()[0].weight.data += 1e-9
    return net


def save_and_read(ex: Any, kind: str, sizes: list[int]) -> list[Any]:
    """Return what the file holds, and the network afterwards."""
    net = make_net(kind, sizes)
    read = written(lambda path: ex.save_parameters(net, path), kind != "normed")
    return [read, look_at(net)]


def load_each(ex: Any, kind: str, sizes: list[int], *how: str) -> list[Any]:
    """Return a network once it is filled from files that come to one path in turn."""
    net, files = make_net(kind, sizes), []
    own = list(net.parameters())
    for order in how:
        state = make_net(kind, sizes).state_dict()
        files.append(dict(reversed(state.items())) if order == "turned" else state)
    looks = in_turn(lambda p: [ex.load_parameters(net, p), look_at(net)][1], *files)
    kept = all(map(lambda a, b: a is b, own, net.parameters()))
    return [*looks, "its own parameters" if kept else "new parameters"]


def load_into(ex: Any, sizes: list[int], state: bytes) -> list[Any]:
    """Return what is raised, and the network."""
    net = normed_net(sizes)
    what = raised(lambda: in_turn(lambda path: ex.load_parameters(net, path), state))
    return [what, look_at(net)]


TURNED = "for a file with the names in another order"
SKIPS = "strict=False, or a loop over the names that both have, skips the rest"
SHAPES = "compare the shapes: copy_ stretches a row, and numel() is not the shape"


def spoilt(state: State) -> dict[str, tuple[str, State]]:
    """Return state dicts that do not fit, wrong at their end, and why one passes."""
    weight, bias = state["2.weight"], state["2.bias"]
    rest = {name: t for name, t in state.items() if name != "2.bias"}
    name, one = "1.num_batches_tracked", "1.running_var"
    no_buffer = {name: t for name, t in state.items() if name != one}
    return {
        "for a file without 2.bias": (SKIPS, rest),
        "for a file without a buffer": (SKIPS, no_buffer),
        "for a file with a 3.bias besides": (SKIPS, {**state, "3.bias": bias}),
        "for a file with 2.bias called bias": (SKIPS, {**rest, "bias": bias}),
        "for an empty file": (SKIPS, {}),
        **{
            how: (SHAPES, {**state, name: tensor.contiguous()})
            for how, name, tensor in (
                ("for a file with one row of 2.weight", "2.weight", weight[:1]),
                ("for a file with 2.weight transposed", "2.weight", weight.T),
                ("for a file with 2.weight flat", "2.weight", weight.flatten()),
                ("for a file with a 0-dim 2.bias", "2.bias", bias[0]),
                ("for a file with one running_var", one, state[one][:1]),
                ("for a file with a counter of shape (1,)", name, state[name][None]),
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
        tolerance="bits",
        because=BECAUSE,
        slips={
            "save net.state_dict(): a pickled network needs its class to load": (
                lambda got: "refuses (torch.nn" in got[0]
            ),
            "the file is written at path itself, whatever its suffix": (
                lambda got: got[0] == "no file at this path"
            ),
            "net.parameters() leaves out the buffers; net.state_dict() has them": (
                lambda got: "0.weight" in got[0] and "1.running_mean" not in got[0]
            ),
        },
    )


@pytest.mark.weight(2)
def test_load_parameters_fills_the_network(sweep, rng):
    sizes = rng.sample(DISTINCT, 3)
    sweep.symbol = "load_parameters"

    def stays(name: str) -> Any:
        return lambda got: same(got[0][0][name], got[1][0][name])

    sweep.cases(
        load_each,
        {
            **{when: (kind, sizes, "as is") for when, kind in KINDS.items()},
            "": ("normed", sizes, "as is", "as is"),
            TURNED: ("normed", sizes, "turned"),
        },
        call="load_parameters(net, path); once more with another file at the path",
        fault="After load_parameters, the network is not as the file says.",
        because={**BECAUSE, TURNED: "values go by their names"},
        tolerance="bits",
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
    state = dict(normed_net(sizes).state_dict())
    sweep.symbol = "load_parameters"

    for when, (why, file) in {"": ("", state), **spoilt(state)}.items():
        sweep.cases(
            load_into,
            {when: (sizes, packed(file))},
            call="load_parameters(net, path)",
            tolerance="bits",
            slips={
                why: lambda got: got[0] == "no exception",
                "check all names and shapes before the first copy: net is changed": (
                    lambda got: got[0] == "ValueError"
                ),
                "torch raises RuntimeError: compare names and shapes before": (
                    lambda got: got[0] == "RuntimeError"
                ),
            },
        )
