"""pending_parameters lists placeholders of any lazy class; they go on waiting."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import UninitializedParameter

from deferred_init_helpers import DISTINCT, Build, Shape, is_placeholder, shapes_of
from grader.observe import expect_equal, say

pytestmark = pytest.mark.exercise("deferred_init.pending_parameters")


class LazyGain(LazyModuleMixin, nn.Module):
    """A lazy module that torch does not know."""

    def __init__(self) -> None:
        super().__init__()
        self.gain = UninitializedParameter()
        self.empty = nn.Parameter(torch.empty(0))

    def initialize_parameters(self, x: Tensor) -> None:
        if is_placeholder(self.gain):
            self.gain.materialize((x.shape[-1],))
            nn.init.ones_(self.gain)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gain


def shape_given_to_the_first_only(widths: list[int]) -> nn.Module:
    first, second, third = widths
    return nn.Sequential(
        nn.Linear(first, second), nn.ReLU(), nn.LazyLinear(third), nn.LazyLinear(first)
    )


def one_branch_called(widths: list[int]) -> nn.Module:
    called = nn.Sequential(nn.LazyLinear(widths[0]), nn.LazyLinear(widths[1]))
    called(torch.zeros(1, widths[2]))
    waiting = nn.Sequential(nn.Flatten(), nn.Sequential(nn.LazyConv2d(widths[1], 3)))
    return nn.ModuleDict({"called": called, "waiting": waiting})


def batch_norm_with_buffers(widths: list[int]) -> nn.Module:
    return nn.Sequential(nn.BatchNorm1d(widths[0]), nn.LazyBatchNorm1d())


def one_layer_used_twice(widths: list[int]) -> nn.Module:
    layer = nn.LazyLinear(widths[0])
    return nn.Sequential(layer, nn.ReLU(), layer)


def a_lazy_class_of_its_own(widths: list[int]) -> nn.Module:
    return nn.Sequential(nn.Linear(widths[0], widths[1]), LazyGain())


def nothing_lazy(widths: list[int]) -> nn.Module:
    return nn.Sequential(nn.Linear(widths[0], widths[1]), nn.LayerNorm(widths[1]))


def pending_in(ex: Any, build: Build, widths: list[int]) -> list[str]:
    return ex.pending_parameters(build(widths))


def pending_before_and_after(
    ex: Any, widths: list[int], x: Tensor
) -> tuple[list[str], dict[str, Shape | None], list[str]]:
    net = nn.Sequential(nn.LazyLinear(widths[0]), nn.LazyLinear(widths[1]))
    first = ex.pending_parameters(net)
    shapes = shapes_of(net)
    net(x)
    return first, shapes, ex.pending_parameters(net)


@pytest.mark.weight(2)
@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (
            shape_given_to_the_first_only,
            ["2.weight", "2.bias", "3.weight", "3.bias"],
        ),
        (one_branch_called, ["waiting.1.0.weight", "waiting.1.0.bias"]),
        (nothing_lazy, []),
    ],
    ids=["first_given", "one_branch_called", "nothing_lazy"],
)
def test_pending_lists_placeholders_in_order(observe, rng, build, expected):
    widths = rng.sample(DISTINCT, 3)

    call = say(
        "pending_parameters of a network, {replace}",
        replace=build.__name__.replace("_", " "),
    )

    names = observe(
        pending_in,
        build,
        widths,
        call=call,
        causes={"uninitialized parameter": "a placeholder has no shape to read"},
    )

    expect_equal(
        names,
        expected,
        "pending_parameters does not list the placeholders by name and in order.",
        slips={
            "these are all parameters, not only those without a shape": (
                lambda names: len(names) > len(expected)
            ),
            "a name holds the whole path of the module: net.named_parameters()": (
                lambda names: (
                    len(names) == len(expected)
                    and all(map(str.endswith, expected, names))
                )
            ),
            "modules inside of modules count, too: net.named_parameters()": (
                lambda names: set(names) < set(expected)
            ),
        },
    )


def test_pending_leaves_out_buffers(observe, rng):
    names = observe(
        pending_in,
        batch_norm_with_buffers,
        rng.sample(DISTINCT, 3),
        call="pending_parameters(Sequential(BatchNorm1d(…), LazyBatchNorm1d()))",
    )

    expect_equal(
        names,
        ["1.weight", "1.bias"],
        "pending_parameters does not list parameters only.",
        slips={
            "the state dict has buffers, too, such as running_mean": (
                lambda names: "1.running_mean" in names
            )
        },
    )


def test_pending_lists_a_shared_parameter_once(observe, rng):
    names = observe(
        pending_in,
        one_layer_used_twice,
        rng.sample(DISTINCT, 3),
        call="pending_parameters(Sequential(layer, ReLU(), layer)), layer a LazyLinear",
    )

    expect_equal(
        names,
        ["0.weight", "0.bias"],
        "pending_parameters does not list a shared parameter once.",
        slips={
            "the layer is used twice, but its parameters are the same": (
                lambda names: len(names) > 2
            )
        },
    )


def test_pending_knows_every_lazy_class(observe, rng):
    names = observe(
        pending_in,
        a_lazy_class_of_its_own,
        rng.sample(DISTINCT, 3),
        call="pending_parameters(Sequential(Linear(…), a lazy class of one's own))",
    )

    expect_equal(
        names,
        ["1.gain"],
        "pending_parameters does not list the placeholder of an unknown lazy class.",
        slips={
            "other classes than LazyLinear are lazy, too: look at the parameter": [],
            "a parameter with no entries has a shape, (0,), and is no placeholder": (
                lambda names: "1.empty" in names
            ),
        },
    )


def test_pending_leaves_the_network_waiting(observe, rng):
    inner, *widths = rng.sample(DISTINCT, 3)

    first, shapes, after = observe(
        pending_before_and_after,
        widths,
        torch.randn(2, inner),
        call="pending_parameters(net); net(x); pending_parameters(net)",
    )

    expected = ["0.weight", "0.bias", "1.weight", "1.bias"]
    expect_equal(first, expected, "pending_parameters misses placeholders.")
    expect_equal(
        shapes,
        dict.fromkeys(expected),
        "pending_parameters changes the network.",
        slips={"the network was called, which gives shapes": lambda _: True},
    )
    expect_equal(
        after, [], "After the first call, pending_parameters still lists parameters."
    )
