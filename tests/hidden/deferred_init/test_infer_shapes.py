"""infer_shapes gives each leaf's shapes without memory for a single tensor."""

from typing import Any

import pytest
from torch import Tensor, nn

from deferred_init_helpers import (
    DISTINCT,
    Build,
    Shape,
    expect_same_values,
    flags_of,
    values_of,
)
from grader.observe import expect_equal, say

pytestmark = pytest.mark.exercise("deferred_init.infer_shapes")


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


def convolutions(sizes: list[int]) -> nn.Module:
    one, two, out = sizes
    return nn.Sequential(
        nn.Sequential(nn.Conv2d(3, one, 3), nn.BatchNorm2d(one), nn.ReLU()),
        nn.MaxPool2d(2),
        nn.Sequential(nn.Conv2d(one, two, 3, padding=1, stride=2), nn.Flatten()),
        nn.Linear(4 * two, out),
        nn.BatchNorm1d(out),
    )


def shapes_through(
    ex: Any, build: Build, args: list[Any], shape: Shape
) -> list[tuple[str, Shape]]:
    return ex.infer_shapes(build(*args), shape)


def state_around_infer_shapes(
    ex: Any, sizes: list[int]
) -> tuple[
    list[str],
    tuple[dict[str, Tensor], dict[str, bool], int],
    tuple[dict[str, Tensor], dict[str, bool], int],
]:
    net = convolutions(sizes)
    net[0].eval()

    def look() -> tuple[dict[str, Tensor], dict[str, bool], int]:
        hooks = [
            len(m._forward_hooks) + len(m._forward_pre_hooks) for m in net.modules()
        ]
        return values_of(net), flags_of(net), sum(hooks)

    before = look()
    ex.infer_shapes(net, (2, 3, 8, 8))
    tensors = [*net.named_parameters(), *net.named_buffers()]
    on_meta = [name for name, tensor in tensors if tensor.is_meta]
    return on_meta, before, before if on_meta else look()


def is_container(name: str, leaves: list[tuple[str, Shape]]) -> bool:
    inside = [leaf for leaf, _ in leaves if leaf.startswith(f"{name}.") or not name]
    return bool(inside) and name not in inside


def expect_shapes(found: list[tuple[str, Shape]], expected: list[tuple[str, Shape]]):
    expect_equal(
        [name for name, _ in found],
        [name for name, _ in expected],
        "infer_shapes does not list each leaf when it runs.",
        slips={
            "a container is no leaf: go down to the modules without children": (
                lambda names: any(is_container(name, expected) for name in names)
            ),
            "a leaf that runs twice is listed twice": (
                lambda names: names == list(dict.fromkeys(n for n, _ in expected))
            ),
            "leaves are listed in the order in which they run, not are registered": (
                lambda names: sorted(names) == sorted(n for n, _ in expected)
            ),
        },
    )
    expect_equal(
        found, expected, "infer_shapes does not give the output shape of each leaf."
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("rows", [1, 4])
def test_infer_shapes_goes_through_convolutions(observe, rng, rows):
    one, two, out = rng.sample(DISTINCT, 3)
    call = say("infer_shapes(a convolutional network, ({rows}, 3, 8, 8))", rows=rows)
    args = convolutions, [[one, two, out]], (rows, 3, 8, 8)

    shapes = observe(
        shapes_through,
        *args,
        call=call,
        causes={
            "more than 1 value per channel": "in training mode, batch norm needs more "
            "than one row: run the copy in eval mode",
            "meta": "parameters, buffers and input must all be on meta",
        },
    )

    expect_shapes(
        shapes,
        [
            ("0.0", (rows, one, 6, 6)),
            ("0.1", (rows, one, 6, 6)),
            ("0.2", (rows, one, 6, 6)),
            ("1", (rows, one, 3, 3)),
            ("2.0", (rows, two, 2, 2)),
            ("2.1", (rows, 4 * two)),
            ("3", (rows, out)),
            ("4", (rows, out)),
        ],
    )


def test_infer_shapes_lists_leaves_as_they_run(observe, rng):
    d, out, rows = rng.sample(DISTINCT, 3)

    call = say(
        "infer_shapes(net, ({rows}, {d})), where one Linear({d}, {d}) runs twice",
        rows=rows,
        d=d,
    )
    args = Residual, [d, out], (rows, d)

    shapes = observe(
        shapes_through,
        *args,
        call=call,
        causes={
            "reduction dim|cannot be multiplied": "layers run as forward says, not as "
            "__init__ registers them"
        },
    )

    expect_shapes(
        shapes,
        [
            ("block.0", (rows, d)),
            ("tanh", (rows, d)),
            ("block.0", (rows, d)),
            ("head", (rows, out)),
        ],
    )


def test_infer_shapes_knows_a_single_layer(observe, rng):
    d, out, rows = rng.sample(DISTINCT, 3)

    shapes = observe(
        shapes_through,
        nn.Linear,
        [d, out],
        (2, rows, d),
        call=say(
            "infer_shapes(Linear({d}, {out}), (2, {rows}, {d}))",
            d=d,
            out=out,
            rows=rows,
        ),
    )

    expect_shapes(shapes, [("", (2, rows, out))])


@pytest.mark.weight(2)
def test_infer_shapes_takes_no_memory(observe, rng):
    one, two, out = rng.sample(DISTINCT, 3)
    rows = 2**40 + rng.randrange(1000)
    call = say("infer_shapes(net, ({rows}, 3, 8, 8))", rows=rows)
    args = convolutions, [[one, two, out]], (rows, 3, 8, 8)

    shapes = observe(
        shapes_through,
        *args,
        call=call,
        causes={
            "alloc|memory": "a real input takes memory: "
            'torch.empty(input_shape, device="meta") does not',
        },
    )

    expect_equal(
        shapes[-1:], [("4", (rows, out))], "infer_shapes is wrong on a huge shape."
    )


@pytest.mark.weight(2)
def test_infer_shapes_leaves_the_network_as_it_is(observe, rng):
    on_meta, before, after = observe(
        state_around_infer_shapes,
        rng.sample(DISTINCT, 3),
        call="infer_shapes(net, (2, 3, 8, 8)), then values, flags and hooks of net",
    )

    expect_equal(
        on_meta,
        [],
        "infer_shapes leaves parameters or buffers on meta.",
        slips={
            'net.to("meta") changes net itself, and its values are gone: move a copy': (
                lambda names: len(names) > 0
            )
        },
    )
    expect_same_values(
        after[0],
        before[0],
        "infer_shapes changes values of the network.",
        cause="batch norm updates its running statistics in training mode",
    )
    expect_equal(
        after[1],
        before[1],
        "infer_shapes changes the training flags.",
        slips={"net.eval() reaches every module: use a copy": lambda _: True},
    )
    expect_equal(
        after[2],
        before[2],
        "infer_shapes leaves hooks on the network.",
        slips={"a hook stays until its handle.remove()": lambda _: True},
    )
