"""parameter_table has one row for each parameter, a shared one under its first name."""

from typing import Any

import pytest
from torch import nn

from grader.observe import expect_equal
from parameters_helpers import DISTINCT, Scaled, nested_net, tied_net, twins

pytestmark = pytest.mark.exercise("parameters.parameter_table")


def table_of(ex: Any, net: nn.Module) -> list[tuple[str, tuple[int, ...], int, bool]]:
    return ex.parameter_table(net)


def expect_names(names: list[str], net: nn.Module) -> None:
    named = dict(net.named_parameters())
    depth = max((name.count(".") for name in named), default=0)
    expect_equal(
        names,
        list(named),
        "The table does not have one row per parameter, under its first name.",
        slips={
            "state_dict() also has the buffers, which are no parameters": (
                list(net.state_dict())
            ),
            "parameters that are frozen have rows too": (
                [name for name, p in named.items() if p.requires_grad]
            ),
            "one level is not all: modules have modules inside": (
                [name for name in named if name.count(".") < depth]
            ),
            "parameters of the network itself have rows too": (
                [name for name in named if "." in name]
            ),
            "equal values do not make two parameters one: compare identities": (
                lambda names: len(names) < len(named)
            ),
        },
    )


def expect_columns(
    rows: list[tuple[str, tuple[int, ...], int, bool]], net: nn.Module
) -> None:
    parameters = list(net.parameters())
    expect_equal(
        [row[1] for row in rows],
        [tuple(p.shape) for p in parameters],
        "The second column is not the parameters' shapes.",
    )
    expect_equal(
        [row[2] for row in rows],
        [p.numel() for p in parameters],
        "The third column is not the number of entries.",
        slips={"the number of entries is the product of all sizes": lambda _: True},
    )
    expect_equal(
        [row[3] for row in rows],
        [p.requires_grad for p in parameters],
        "The fourth column does not say which parameters are trainable.",
        slips={
            "state_dict() gives detached tensors, which never require gradients": (
                [False] * len(parameters)
            ),
            "ask each parameter for its requires_grad": [True] * len(parameters),
        },
    )


@pytest.mark.weight(2)
def test_table_describes_every_parameter(observe, rng):
    net = nested_net(rng)

    rows = observe(
        table_of,
        net,
        call="parameter_table(net), net three levels deep, with BatchNorm1d, Conv1d "
        "and a frozen weight",
    )

    expect_names([row[0] for row in rows], net)
    expect_columns(rows, net)


def test_table_has_one_row_for_a_shared_parameter(observe, rng):
    net = tied_net(rng)

    rows = observe(
        table_of,
        net,
        call="parameter_table(net), one layer used twice and its weight a third time",
    )

    names = [row[0] for row in rows]
    expect_equal(
        names,
        ["first.weight", "first.bias"],
        "A shared parameter does not have one row, under its first name.",
        slips={
            "named_parameters() leaves out repeats, unless told otherwise": (
                lambda names: len(names) > 2
            ),
            "the first name stays, not the last": lambda names: len(names) == 2,
        },
    )
    expect_columns(rows, net)


def test_table_keeps_parameters_with_equal_values_apart(observe, rng):
    net = twins(rng)

    rows = observe(
        table_of, net, call="parameter_table(Sequential(layer, Tanh(), its deepcopy))"
    )

    expect_names([row[0] for row in rows], net)


def test_table_takes_parameters_of_any_shape(observe, rng):
    net = Scaled(nn.Linear(*rng.sample(DISTINCT, 2)))

    rows = observe(
        table_of, net, call="parameter_table(net), net with a 0-dim and an empty one"
    )

    expect_names([row[0] for row in rows], net)
    expect_columns(rows, net)


def test_table_of_no_parameters_is_empty(observe):
    rows = observe(table_of, nn.Tanh(), call="parameter_table(Tanh())")

    expect_equal(rows, [], "The table of a net without parameters is not empty.")
