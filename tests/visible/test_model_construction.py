"""Layers and modules: small cases to check your own work against."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_close, expect_equal, expect_error, expect_true

exercise = pytest.mark.exercise


def apply_mlp(ex: Any, x: Tensor) -> tuple[Tensor, list[Tensor]]:
    net = ex.MLP(4, 8, 2)
    return net(x), list(net.parameters())


@exercise("model_construction.MLP")
def test_mlp_maps_the_last_axis(observe):
    x = torch.randn(5, 3, 4)

    y, parameters = observe(apply_mlp, x, call="MLP(4, 8, 2)(x) with x (5, 3, 4)")

    expect_equal(
        list(y.shape), [5, 3, 2], "MLP does not map the last axis to out_features."
    )
    expect_equal(
        sorted(p.numel() for p in parameters),
        [2, 8, 16, 32],
        "MLP does not hold the parameters of two Linear layers.",
    )


def run_in_order(ex: Any, layers: list[nn.Module], x: Tensor) -> Tensor:
    return ex.MySequential(*layers)(x)


def names_in_state(ex: Any, layers: list[nn.Module]) -> list[str]:
    return list(ex.MySequential(*layers).state_dict())


@exercise("model_construction.MySequential")
def test_sequential_runs_its_modules_in_the_order_given(observe):
    layers = [nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2)]
    x = torch.randn(5, 4)

    y = observe(
        run_in_order,
        layers,
        x,
        call="MySequential(Linear(4, 3), Tanh(), Linear(3, 2))(x)",
    )

    expect_close(
        y,
        nn.Sequential(*layers)(x),
        "MySequential does not run its modules in the order given.",
    )


@exercise("model_construction.MySequential")
def test_sequential_names_its_modules_like_nn_sequential(observe):
    layers = [nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2)]

    names = observe(
        names_in_state,
        layers,
        call="MySequential(Linear(4, 3), Tanh(), Linear(3, 2)).state_dict()",
    )

    expect_equal(
        names,
        ["0.weight", "0.bias", "2.weight", "2.bias"],
        "The names in the state dict are not those of nn.Sequential.",
        slips={"modules kept in a plain list are invisible to nn.Module": []},
    )


def run_fixed(ex: Any, x: Tensor) -> Tensor:
    net = ex.FixedHiddenMLP(3)
    net.load_state_dict(
        {
            "weight": torch.eye(3),
            "linear.weight": torch.eye(3),
            "linear.bias": torch.ones(3),
        }
    )
    return net(x)


@exercise("model_construction.FixedHiddenMLP")
def test_fixed_mlp_computes_its_formula(observe):
    x = torch.tensor([[-3.0, 0.0, 1.0]])

    y = observe(
        run_fixed,
        x,
        call="FixedHiddenMLP(3)([[-3, 0, 1]]), weights the identity, bias 1",
    )

    # linear: -2, 1, 2; @ weight + 1: -1, 2, 3; relu: 0, 2, 3; linear: 1, 3, 4: sum 8
    expect_close(
        y,
        torch.tensor(1.0),
        "FixedHiddenMLP does not compute its formula.",
        slips={"the result is not halved": torch.tensor(8.0)},
    )


@exercise("model_construction.FixedHiddenMLP")
def test_fixed_mlp_refuses_an_infinity(observe):
    raised = observe.error(
        run_fixed, torch.tensor([[0.0, torch.inf, 0.0]]), call="FixedHiddenMLP(3)(inf)"
    )

    expect_error(raised, ValueError, "FixedHiddenMLP takes an infinity.")


def run_parallel(ex: Any, nets: list[nn.Module], x: Tensor) -> Tensor:
    return ex.ParallelBlock(*nets)(x)


@exercise("model_construction.ParallelBlock")
def test_parallel_joins_on_the_last_dimension(observe):
    one, two = nn.Linear(4, 3), nn.Linear(4, 2)
    x = torch.randn(6, 4)

    y = observe(
        run_parallel,
        [one, two],
        x,
        call="ParallelBlock(Linear(4, 3), Linear(4, 2))(x) with x (6, 4)",
    )

    expect_close(
        y,
        torch.cat([one(x), two(x)], dim=-1),
        "ParallelBlock does not join the two outputs on the last dimension.",
    )


def count_chain(ex: Any) -> tuple[bool, int]:
    net = ex.chain(lambda: nn.Linear(4, 4), 3)
    is_module = isinstance(net, nn.Module)
    return is_module, len(list(net.parameters())) if is_module else 0


@exercise("model_construction.chain")
def test_chain_is_a_module_of_independent_blocks(observe):
    is_module, count = observe(count_chain, call="chain(lambda: nn.Linear(4, 4), 3)")

    expect_true(
        is_module,
        "chain does not return an nn.Module.",
        expected="an nn.Module",
        got="something else",
    )
    expect_equal(
        count,
        6,
        "The blocks do not have parameters of their own.",
        slips={"[block] * n is one block, listed n times": 2},
    )
