"""infer_shapes gives each leaf's shapes without memory for a single tensor."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from deferred_init_helpers import DISTINCT, Backwards, Build, Seen, Shape, look
from grader.observe import expect_equal, say
from grader.sandbox.states import default_double

pytestmark = pytest.mark.exercise("deferred_init.infer_shapes")

IMAGES = 3, 8, 8


class Residual(nn.Module):
    """A network that runs one layer twice, and registers it last."""

    def __init__(self, d: int, out: int) -> None:
        super().__init__()
        self.head = nn.Linear(d, out)
        self.tanh = nn.Tanh()
        self.block = nn.Sequential(nn.Linear(d, d))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.tanh(self.block(x))
        return self.head(self.block(x))


class ByMode(nn.Module):
    """A leaf whose output tells whether it runs in eval mode, and on what dtype."""

    def forward(self, x: Tensor) -> Tensor:
        return x.new_empty(1 + self.training, x.dtype.itemsize)


def convolutions(one: int, two: int, out: int) -> nn.Module:
    """Return a network with a part in eval mode, a gradient, a frozen layer, a hook."""
    net = nn.Sequential(
        nn.Sequential(nn.Conv2d(3, one, 3), nn.BatchNorm2d(one), nn.ReLU()).eval(),
        nn.MaxPool2d(2),
        nn.Sequential(nn.Conv2d(one, two, 3, padding=1, stride=2), nn.Flatten()),
        nn.Linear(4 * two, out),
        nn.BatchNorm1d(out),
    )
    net[3].weight.grad = torch.ones(out, 4 * two)
    net[4].bias.requires_grad_(requires_grad=False)
    net[1].register_forward_hook(lambda *_: None)
    return net


def shared_layer(d: int, _: int) -> nn.Module:
    layer = nn.Linear(d, d)
    return nn.Sequential(nn.Sequential(layer), nn.Sequential(nn.Dropout(), layer))


def tied_weights(d: int, _: int) -> nn.Module:
    net = nn.Sequential(nn.Linear(d, d), nn.ReLU(inplace=True), nn.Linear(d, d))
    net[2].weight = net[0].weight
    return net


def empty_block(d: int, out: int) -> nn.Module:
    return nn.Sequential(nn.Sequential(), nn.Linear(d, out))


def backwards(d: int, out: int) -> nn.Module:
    return Backwards(nn.Linear(out, d), nn.Linear(d, out))


def by_mode(*_: int) -> nn.Module:
    return nn.Sequential(ByMode())


def shapes_through(
    ex: Any, build: Build, args: list[Any], shape: Shape
) -> list[tuple[str, Shape]]:
    return ex.infer_shapes(build(*args), shape)


def shapes_and_state(
    ex: Any, build: Build, args: list[Any], shapes: list[Shape], in_double: bool = False
) -> Seen:
    """Return the shapes for several inputs, and what is to see of the network then."""
    net = build(*args)
    if in_double:
        with default_double():
            found = [ex.infer_shapes(net, shape) for shape in shapes]
    else:
        found = [ex.infer_shapes(net, shape) for shape in shapes]
    devices = {str(t.device) for t in (*net.parameters(), *net.buffers())}
    return {"shapes": found, "devices": sorted(devices), **look(net)}


CAUSES = {
    "more than 1 value per channel": "in training mode, batch norm needs more than one "
    "row: run the copy in eval mode",
    "meta": "parameters, buffers and input must all be on meta",
    "reduction dim|cannot be multiplied": "layers run as forward says, not as "
    "__init__ registers them",
    "alloc|memory": 'a real input takes memory: torch.empty(input_shape, device="meta")'
    " does not",
}


@pytest.mark.weight(2)
@pytest.mark.parametrize("rows", [4, 1, 2**40])
@pytest.mark.parametrize("build", [Residual, convolutions])
def test_infer_shapes_lists_each_leaf_as_it_runs(observe, rng, build, rows):
    one, two, out = rng.sample(DISTINCT, 3)
    if build is Residual:
        args, shape = [one, out], (rows, one)
        tail = {"block.0": (one,), "tanh": (one,), "again": (one,), "head": (out,)}
    else:
        args, shape = [one, two, out], (rows, *IMAGES)
        tail = {
            **dict.fromkeys(("0.0", "0.1", "0.2"), (one, 6, 6)),
            "1": (one, 3, 3),
            "2.0": (two, 2, 2),
            "2.1": (4 * two,),
            **dict.fromkeys(("3", "4"), (out,)),
        }
    names = ["block.0" if name == "again" else name for name in tail]

    shapes = observe(
        shapes_through,
        build,
        args,
        shape,
        call=say("infer_shapes({net}, {shape})", net=build.__name__, shape=shape),
        causes=CAUSES,
    )

    expect_equal(
        [name for name, _ in shapes],
        names,
        "infer_shapes does not list each leaf when it runs.",
        slips={
            "a container is no leaf: go down to the modules without children": (
                lambda found: not set(found) <= set(names)
            ),
            "a leaf that runs twice is listed twice": list(dict.fromkeys(names)),
            "leaves are listed in the order in which they run, not are registered": (
                lambda found: sorted(found) == sorted(names)
            ),
        },
    )
    expect_equal(
        [shape for _, shape in shapes],
        [(rows, *rest) for rest in tail.values()],
        "infer_shapes does not give the output shape of each leaf.",
    )


@pytest.mark.weight(2)
def test_infer_shapes_leaves_the_network_as_it_is(sweep, rng):
    sizes = rng.sample(DISTINCT, 3)
    d = sizes[0]
    batch = (3, d)

    sweep.cases(
        shapes_and_state,
        {
            "": (convolutions, sizes, [(2, *IMAGES)]),
            "for one shape after the other": (
                convolutions,
                sizes,
                [(2, *IMAGES), (5, *IMAGES), (0, *IMAGES)],
            ),
            "where float64 is the default dtype: the input is float32": (
                Residual,
                sizes[:2],
                [batch],
                True,
            ),
            "where a layer shows the dtype": (by_mode, sizes[:2], [batch], True),
            "for a network in eval mode": (
                lambda *sizes: convolutions(*sizes).eval(),
                sizes,
                [(1, *IMAGES)],
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
                lambda seen: seen["0.0.hooks"] != (0, 0)
            ),
        },
        causes=CAUSES,
    )


@pytest.mark.weight(2)
def test_infer_shapes_knows_every_leaf(sweep, rng):
    d, out = sizes = rng.sample(DISTINCT, 2)

    sweep.cases(
        shapes_and_state,
        {
            "": (nn.Linear, sizes, [(2, 3, d), (d,), (2**40, 0, d)]),
            "for a leaf that is registered last": (backwards, sizes, [(3, d)]),
            "for a leaf that runs under two names": (shared_layer, sizes, [(3, d)]),
            "for tied weights": (tied_weights, sizes, [(3, d)]),
            "for a Sequential without layers": (empty_block, sizes, [(3, d)]),
            "in eval mode": (by_mode, sizes, [(3, d)]),
            "for a huge image": (nn.Conv2d, [*sizes, 1], [(1, d, 2**20, 2**20)]),
        },
        call=say("infer_shapes(Linear({d}, {out}), …)", d=d, out=out),
        fault="infer_shapes does not know a network that is a single leaf.",
        causes=CAUSES,
    )
