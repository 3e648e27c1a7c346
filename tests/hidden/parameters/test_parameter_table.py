"""parameter_table has one row for each parameter, a shared one under its first name."""

from typing import Any

import pytest
import torch
from torch import nn

from grader.observe import say
from parameters_helpers import kinds_of_nets, nested_net, tied_net, twins

pytestmark = pytest.mark.exercise("parameters.parameter_table")


def table_of(ex: Any, net: nn.Module) -> Any:
    return ex.parameter_table(net)


def two_tables_of(ex: Any, net: nn.Module) -> Any:
    rows = list(ex.parameter_table(net))
    net.requires_grad_(False)
    return rows + list(ex.parameter_table(net))


def names(rows: list[Any]) -> list[str]:
    return [row[0] for row in rows]


@pytest.mark.weight(2)
def test_table_describes_every_parameter(sweep, rng):
    net = nested_net(rng)
    named = dict(net.named_parameters())
    shapes = [tuple(p.shape) for p in named.values()]
    flags = [p.requires_grad for p in named.values()]

    sweep.cases(
        table_of,
        {"for modules inside of modules": (net,)},
        call="parameter_table(net), net three levels deep, with BatchNorm1d, Conv1d "
        "and a frozen weight",
        fault="The table does not describe each parameter in a row of its own.",
        slips={
            "state_dict() also has the buffers, which are no parameters": (
                lambda rows: names(rows) == list(net.state_dict())
            ),
            "parameters that are frozen have rows too": (
                lambda rows: (
                    names(rows) == [n for n, p in named.items() if p.requires_grad]
                )
            ),
            "one level is not all: modules have modules inside": (
                lambda rows: set(names(rows)) < set(named)
            ),
            "names are dotted, with those of all modules above": (
                lambda rows: not set(names(rows)) <= set(net.state_dict())
            ),
            "detached tensors, as in state_dict(), never require gradients: ask the "
            "parameter": lambda rows: [r[3] for r in rows] != flags and not rows[1][3],
            "rows tell which parameters are frozen: ask each for its requires_grad": (
                lambda rows: [r[3] for r in rows] != flags
            ),
            "the number of entries is the product of all sizes, an int": (
                lambda rows: [r[1] for r in rows] == shapes
            ),
            "the shape is a tuple of all sizes": (
                lambda rows: [r[1] for r in rows] != shapes
            ),
        },
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("shared", [True, False], ids=["shared", "equal"])
def test_table_tells_shared_parameters_from_equal_ones(sweep, rng, shared):
    net = tied_net(rng) if shared else twins(rng)
    kind = "are shared" if shared else "have equal values"

    sweep.cases(
        table_of,
        {"it": (net,)},
        call=say("parameter_table(net), net with parameters that {kind}", kind=kind),
        fault="A shared parameter does not have one row, under its first name."
        if shared
        else "Parameters with equal values do not have a row each.",
        slips={
            "a parameter has several names: named_parameters() leaves out repeats": (
                lambda rows: shared and len(rows) > 2
            ),
            "the first name stays, not the last": (
                lambda rows: shared and len(rows) == 2
            ),
            "equal values do not make two parameters one: compare identities": (
                lambda rows: not shared and len(rows) < 4
            ),
        },
    )


def test_table_takes_all_kinds_of_networks(sweep, rng):
    nets = kinds_of_nets(rng) | {
        "for parameters of other dtypes": nn.ParameterList(
            [torch.ones(2, dtype=torch.float64), torch.ones(3, dtype=torch.complex64)]
        ),
    }

    sweep.cases(
        two_tables_of,
        {when: (net,) for when, net in nets.items()},
        call="parameter_table(net); net.requires_grad_(False); parameter_table(net)",
    )
