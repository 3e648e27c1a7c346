"""infer_shapes gives each leaf's shapes without memory for a single tensor."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from deferred_init_helpers import (
    DISTINCT,
    Build,
    Counts,
    Seen,
    Shape,
    Twice,
    look,
    used_twice,
)
from grader.sandbox.states import default_double

pytestmark = pytest.mark.exercise("deferred_init.infer_shapes")

IMAGES = 3, 8, 8


class Residual(nn.Module):
    """A network that runs two layers twice, and registers two leaves last."""

    def __init__(self, d: int, out: int) -> None:
        super().__init__()
        self.head = nn.Linear(d, out)
        self.tanh = nn.Tanh()
        self.block = nn.Sequential(nn.Linear(d, d))
        self.skip = nn.Sequential()

    def forward(self, x: Tensor) -> Tensor:
        x = self.skip(x) + self.tanh(self.block(x))
        return self.tanh(self.head(self.block(x)).unsqueeze_(0))


class Total(nn.Module):
    """A leaf whose output has no axes."""

    def forward(self, x: Tensor) -> Tensor:
        return x.sum()


class ByMode(nn.Module):
    """A leaf whose output tells whether it runs in eval mode, and on what dtype."""

    def forward(self, x: Tensor) -> Tensor:
        return x.new_empty(1 + self.training, x.dtype.itemsize)


def convolutions(one: int, two: int, out: int) -> nn.Module:
    """Return a network with a part in eval mode, a gradient, a frozen layer, hooks."""
    net = nn.Sequential(
        nn.Sequential(nn.Conv2d(3, one, 3), nn.BatchNorm2d(one), nn.ReLU()).eval(),
        nn.MaxPool2d(2),
        nn.Sequential(nn.Conv2d(one, two, 3, padding=1, stride=2), nn.Flatten()),
        nn.Linear(4 * two, out),
        nn.BatchNorm1d(out),
    )
    net[3].weight.grad = torch.ones(out, 4 * two)
    net[4].bias.requires_grad_(requires_grad=False)
    for layer in one * [net[0][0], net[1]]:
        layer.register_forward_hook(lambda *_: None)
    return net


def tied_weights(d: int) -> nn.Module:
    net = nn.Sequential(nn.Linear(d, d), nn.ReLU(inplace=True), nn.Linear(d, d))
    net[2].weight = net[0].weight
    return net


def shapes_through(ex: Any, build: Build, shape: Shape) -> list[tuple[str, Shape]]:
    return ex.infer_shapes(build(), shape)


def shapes_and_state(
    ex: Any,
    build: Build,
    shapes: list[Any],
    mode: Callable[[], Any] = nullcontext,
    bad: Shape | None = None,
) -> Seen:
    """Return the shapes for several inputs, and what is to see of the network then.

    What is no shape is done to the network between two calls.
    """
    net = build()
    found: list[Any] = []
    with mode():
        for shape in shapes:
            if callable(shape):
                shape(net)
            else:
                found.append(ex.infer_shapes(net, shape))
    if bad is not None:
        try:
            found.append(ex.infer_shapes(net, bad))
        except Exception:
            found.append("an exception")
    devices = {str(t.device) for t in (*net.parameters(), *net.buffers())}
    return {"shapes": found, "devices": sorted(devices), **look(net)}


CAUSES = {
    "more than 1 value per channel": "in training mode, batch norm needs more than one "
    "row: run the copy in eval mode",
    "meta": "parameters, buffers and input must all be on meta",
    "alloc|memory": "real tensors take memory, those on meta do not",
}


@pytest.mark.weight(4)
def test_infer_shapes_lists_each_leaf_and_computes_nothing(sweep, rng):
    sizes = one, two, _ = rng.sample(DISTINCT, 3)
    names = ["skip", "block.0", "tanh", "block.0", "head", "tanh"]

    def named(found: Any) -> list[str]:
        return [name for name, _ in found]

    sweep.cases(
        shapes_through,
        {
            "": (lambda: Residual(one, one), (4, one)),
            "where layers change the width": (lambda: Residual(one, two), (4, one)),
            "for a huge batch": (lambda: Residual(one, two), (2**40, one)),
            "for a huge image": (lambda: nn.Conv2d(one, two, 1), (one, 2**20, 2**20)),
            "for a single row": (lambda: convolutions(*sizes), (1, *IMAGES)),
        },
        call="infer_shapes(net, input_shape)",
        fault="infer_shapes does not list each leaf when it runs.",
        slips={
            "a name holds the whole path of the module: net.named_modules()": (
                lambda found: named(found) == [n.rpartition(".")[2] for n in names]
            ),
            "a container is no leaf: go down to the modules without children": (
                lambda found: {"", "block"} & set(named(found))
            ),
            "a leaf that runs twice is listed twice": (
                lambda found: named(found) == list(dict.fromkeys(names))
            ),
            "leaves are listed in the order in which they run, not are registered": (
                lambda found: named(found)[:2] == ["head", "tanh"]
            ),
            "a lambda looks its name up when it runs: name=name in its head": (
                lambda found: len(found) == 6 and len(set(named(found))) == 1
            ),
            "an empty nn.Sequential has no children: it is a leaf too": (
                lambda found: named(found) == names[1:]
            ),
            "read a shape when the leaf has run: it may change in place": (
                lambda found: tuple(found[4][1]) == (1, 4, one)
            ),
            "a shape is a tuple, not a list": (
                lambda found: isinstance(found[0][1], list)
            ),
        },
        because={"where layers change the width": "the output's shape is asked for"},
        causes=CAUSES,
    )


@pytest.mark.weight(2)
def test_infer_shapes_leaves_the_network_as_it_is(sweep, rng):
    sizes = d, out, _ = rng.sample(DISTINCT, 3)
    images = (2, *IMAGES)
    unfit = "for an input that does not fit"
    counts = "for a layer that changes a buffer and a parameter, and has one not saved"
    double = "where float64 is the default dtype"

    def conv() -> nn.Module:
        return convolutions(*sizes)

    sweep.cases(
        shapes_and_state,
        {
            "": (conv, [images]),
            "for one shape after another": (conv, [images, (5, *IMAGES), (0, *IMAGES)]),
            unfit: (conv, [images], nullcontext, (2, 3, 16, 16)),
            double: (lambda: nn.Sequential(ByMode()), [(3, d)], default_double),
            "for a single layer": (
                lambda: nn.Linear(d, out),
                [(2, 3, d), (d,), (2**40, 0, d)],
            ),
            "for a leaf of two names": (lambda: used_twice(nn.Linear(d, d)), [(3, d)]),
            "for tied weights": (lambda: tied_weights(d), [(3, d)]),
            counts: (lambda: nn.Sequential(Counts(), nn.ReLU()), [(3, d), (2, d)]),
            "for an output without axes": (Total, [(3, d)]),
            "for an input by a keyword": (
                lambda: Twice(nn.Linear(d, out), nn.Linear(out, d)),
                [(3, d)],
            ),
            "where a layer has come to it since": (
                lambda: nn.Sequential(nn.Linear(d, out)),
                [(3, d), lambda net: net.append(nn.Linear(out, d)), (3, d)],
            ),
        },
        call="infer_shapes(net, …), then all that there is to see of net",
        fault="infer_shapes does not leave the network as it is.",
        slips={
            'net.to("meta") changes net itself, and its values are gone: move a copy': (
                lambda seen: "meta" in seen["devices"]
            ),
            "net.eval() reaches every module: use a copy": (
                lambda seen: not seen[".training"]
            ),
            "a hook stays until its handle.remove()": (
                lambda seen: seen["0.0.hooks"] > (d, 0)
            ),
            "a hook that was there before stays": (
                lambda seen: seen["1.hooks"] == (0, 0)
            ),
        },
        because={
            unfit: {
                "the exception goes on: a part of the list would pass for all": (
                    lambda seen: seen["shapes"][-1] != "an exception"
                ),
                "finally takes the hooks away after an exception, too": lambda _: True,
            },
            counts: "net itself does not run, and its copy has all buffers on meta",
            "for a leaf of two names": {
                "what is put back once for each name ends on meta: use a copy": (
                    lambda seen: "meta" in seen["devices"]
                ),
                "each run is listed once, by the first name": lambda _: True,
            },
            double: "the input is float32, whatever the default dtype",
        },
        causes=CAUSES,
    )
