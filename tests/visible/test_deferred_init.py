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


def run_variable_width(ex: Any, xs: list[Tensor]) -> list[Tensor]:
    layer = ex.VariableWidth(2, 1)
    for parameter in layer.parameters():
        nn.init.ones_(parameter)
    return [layer(x) for x in xs]


@exercise("deferred_init.VariableWidth")
def test_variable_width_sums_over_chunks(observe):
    xs = [torch.tensor([1.0, 2.0, 3.0]), torch.tensor([[4.0], [5.0]])]

    three, one = observe(
        run_variable_width,
        xs,
        call="VariableWidth(2, 1), weight and bias 1, on [1, 2, 3] and on [[4], [5]]",
    )

    # chunks [1, 2] and [3, 0]: (1 + 2 + bias) + (3 + 0 + bias) = 8
    expect_equal(three, torch.tensor([8.0]), "VariableWidth does not sum over chunks.")
    expect_equal(
        one,
        torch.tensor([[5.0], [6.0]]),
        "VariableWidth does not fill up inputs that are too narrow.",
    )


def call_my_lazy_linear(ex: Any, x: Tensor) -> tuple[Shapes, tuple[int, ...], Shapes]:
    layer = ex.MyLazyLinear(2)
    before = shapes_of(layer)
    y = layer(x)
    return before, tuple(y.shape), shapes_of(layer)


@exercise("deferred_init.MyLazyLinear")
def test_my_lazy_linear_takes_its_shapes_from_the_first_input(observe):
    before, y, after = observe(
        call_my_lazy_linear, torch.randn(5, 4), call="MyLazyLinear(2)(x), x (5, 4)"
    )

    expect_equal(
        before, [None, None], "MyLazyLinear does not start with two placeholders."
    )
    expect_equal(y, (5, 2), "The output of MyLazyLinear is not out_features wide.")
    expect_equal(
        sorted(after, key=str),
        [(2, 4), (2,)],
        "The first input does not fix the shapes of weight and bias.",
    )


def infer_two_leaves(ex: Any) -> list[tuple[str, tuple[int, ...]]]:
    return ex.infer_shapes(nn.Sequential(nn.Flatten(), nn.Linear(12, 5)), (7, 3, 4))


@exercise("deferred_init.infer_shapes")
def test_infer_shapes_lists_each_leaf(observe):
    shapes = observe(
        infer_two_leaves,
        call="infer_shapes(Sequential(Flatten(), Linear(12, 5)), (7, 3, 4))",
    )

    expect_equal(
        shapes,
        [("0", (7, 12)), ("1", (7, 5))],
        "infer_shapes does not list the output shapes of the leaves.",
    )


def build_batch_norm(ex: Any) -> tuple[list[bool], list[str], dict[str, Tensor]]:
    on_meta = []

    def make_net() -> nn.Module:
        on_meta.append(torch.empty(0).is_meta)
        return nn.BatchNorm1d(3)

    try:
        state = ex.build_on_meta(make_net).state_dict()
    finally:
        torch.set_default_device(None)
    left = [name for name, tensor in state.items() if tensor.is_meta]
    return on_meta, left, {n: t for n, t in state.items() if not t.is_meta}


@exercise("deferred_init.build_on_meta")
def test_build_on_meta_gives_initial_values(observe):
    on_meta, left, values = observe(
        build_batch_norm, call="build_on_meta(lambda: nn.BatchNorm1d(3))"
    )

    expect_equal(on_meta, [True], "make_net is not called once, on meta.")
    expect_equal(left, [], "Tensors of the network are still on meta.")
    expect_equal(
        values,
        dict(nn.BatchNorm1d(3).state_dict()),
        "The network does not have its initial values.",
    )


def load_two_entries(ex: Any, state: dict[str, Tensor]) -> list[Tensor]:
    net = nn.Sequential(nn.LazyLinear(2))
    ex.load_into_lazy(net, state)
    return [net[0].weight, net[0].bias]


def load_with_a_wrong_name(ex: Any, state: dict[str, Tensor]) -> Shapes:
    net = nn.Sequential(nn.LazyLinear(2))
    try:
        ex.load_into_lazy(net, state)
    except NotImplementedError:  # not started
        raise
    except RuntimeError:
        return shapes_of(net)
    return []


@exercise("deferred_init.load_into_lazy")
def test_load_fills_placeholders(observe):
    state = {"0.weight": torch.randn(2, 3), "0.bias": torch.randn(2)}

    loaded = observe(
        load_two_entries, state, call="load_into_lazy(Sequential(LazyLinear(2)), state)"
    )

    expect_equal(
        loaded, list(state.values()), "load_into_lazy does not load weight and bias."
    )


@exercise("deferred_init.load_into_lazy")
def test_load_with_a_wrong_name_changes_nothing(observe):
    state = {"0.weight": torch.randn(2, 3), "0.base": torch.randn(2)}

    shapes = observe(
        load_with_a_wrong_name, state, call="load_into_lazy with '0.base' in the state"
    )

    expect_equal(
        shapes,
        [None, None],
        "load_into_lazy does not refuse a wrong name and leave two placeholders.",
        slips={"no RuntimeError is raised": []},
    )
