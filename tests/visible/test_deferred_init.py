"""Lazy initialization: small cases to check your own work against."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.parameter import UninitializedParameter

from grader.observe import expect_equal, expect_true

exercise = pytest.mark.exercise


def shapes_of(net: nn.Module) -> list[tuple[int, ...] | None]:
    """Return the shapes of all parameters, None for a placeholder."""
    return [
        None if isinstance(p, UninitializedParameter) else tuple(p.shape)
        for p in net.parameters()
    ]


Shapes = list[tuple[int, ...] | None]


def call_lazy_mlp(ex: Any, x: Tensor) -> tuple[Shapes, tuple[int, ...], Shapes]:
    net = ex.lazy_mlp(8, 2)
    before = shapes_of(net)
    y = net(x)
    return before, tuple(y.shape), shapes_of(net)


@exercise("deferred_init.lazy_mlp")
def test_lazy_mlp_takes_its_shapes_from_the_first_input(observe):
    before, y, after = observe(
        call_lazy_mlp, torch.randn(5, 4), call="lazy_mlp(8, 2)(x) with x (5, 4)"
    )

    expect_equal(
        before, [None] * 4, "lazy_mlp has other parameters than four placeholders."
    )
    expect_equal(y, (5, 2), "The output of lazy_mlp has another width than the last.")
    expect_equal(
        sorted(after, key=str),
        [(2, 8), (2,), (8, 4), (8,)],
        "The first input does not fix the shapes of the parameters.",
    )


def pending_after_a_linear(ex: Any) -> list[str]:
    return ex.pending_parameters(
        nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.LazyLinear(2))
    )


@exercise("deferred_init.pending_parameters")
def test_pending_lists_the_placeholders_only(observe):
    names = observe(
        pending_after_a_linear,
        call="pending_parameters(Sequential(Linear(4, 8), ReLU(), LazyLinear(2)))",
    )

    expect_equal(
        names,
        ["2.weight", "2.bias"],
        "pending_parameters does not list the placeholders of the lazy layer.",
    )


def dry_run_of_two_layers(ex: Any, x: Tensor) -> tuple[tuple[int, ...], Shapes, bool]:
    net = nn.Sequential(nn.LazyLinear(8), nn.ReLU(), nn.LazyLinear(2))
    shape = ex.dry_run(net, x)
    return shape, shapes_of(net), net.training


@exercise("deferred_init.dry_run")
def test_dry_run_gives_all_parameters_their_shapes(observe):
    shape, shapes, training = observe(
        dry_run_of_two_layers,
        torch.randn(1, 4),
        call="dry_run(Sequential(LazyLinear(8), ReLU(), LazyLinear(2)), x (1, 4))",
    )

    expect_equal(shape, (1, 2), "dry_run does not return the shape of the output.")
    expect_equal(
        shapes,
        [(8, 4), (8,), (2, 8), (2,)],
        "dry_run does not give all placeholders their shapes.",
    )
    expect_true(
        training,
        "dry_run changes the training flags.",
        expected="still in training mode",
        got="in eval mode",
    )


def fill_with_ones(ex: Any, x: Tensor) -> tuple[list[float], bool]:
    def init(module: nn.Module) -> None:
        if type(module) is nn.Linear:
            nn.init.ones_(module.weight)

    net = nn.Sequential(nn.LazyLinear(3), nn.LazyLinear(2))
    result = ex.apply_init(net, x, init)
    net(x)
    values = sorted({v for layer in net for v in layer.weight.flatten().tolist()})
    return values, result is net


@exercise("deferred_init.apply_init")
def test_apply_init_sets_every_weight(observe):
    values, same = observe(
        fill_with_ones,
        torch.randn(1, 4),
        call="apply_init(Sequential(LazyLinear(3), LazyLinear(2)), x, weights to 1)",
    )

    expect_equal(values, [1.0], "apply_init leaves weights that init did not set.")
    expect_true(
        same,
        "apply_init does not return the network.",
        expected="net itself",
        got="something else",
    )


def mismatch_of_three(ex: Any, x: Tensor) -> str | None:
    net = nn.Sequential(nn.LazyLinear(8), nn.ReLU(), nn.Linear(9, 2))
    return ex.first_mismatch(net, x)


@exercise("deferred_init.first_mismatch")
def test_mismatch_is_found_behind_a_lazy_layer(observe):
    name = observe(
        mismatch_of_three,
        torch.randn(1, 4),
        call="first_mismatch(Sequential(LazyLinear(8), ReLU(), Linear(9, 2)), x)",
    )

    expect_equal(name, "2", "first_mismatch does not name the layer that does not fit.")
