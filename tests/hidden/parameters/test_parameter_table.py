"""parameter_table has one row for each parameter, a shared one under its first name."""

from typing import Any

import pytest
import torch
from torch import nn

from parameters_helpers import ABOUT_NETS, all_nets, nested_net

pytestmark = pytest.mark.exercise("parameters.parameter_table")


def table_of(ex: Any, net: nn.Module) -> Any:
    return ex.parameter_table(net)


def one_memory() -> nn.Module:
    weight = torch.ones(2, 3)
    return nn.ParameterList([nn.Parameter(weight), nn.Parameter(weight)])


def two_tables_of(ex: Any, net: Any) -> Any:
    net = net if isinstance(net, nn.Module) else net()
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
        {"": (net,)},
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
            "rows come in the order of named_parameters()": (
                lambda rows: (
                    sorted(names(rows)) == sorted(named) and names(rows) != list(named)
                )
            ),
            "names are dotted, with those of all modules above": (
                lambda rows: not set(names(rows)) <= set(net.state_dict())
            ),
            "detached tensors, as in state_dict(), never require gradients: ask the "
            "parameter": lambda rows: not any(r[3] for r in rows),
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
def test_table_takes_all_kinds_of_networks(sweep, rng):
    sweep.cases(
        two_tables_of,
        {"for parameters beside modules": (nn.MultiheadAttention(4, 2),)}
        | {when: (net,) for when, net in all_nets(rng).items()}
        | {"for two parameters with one memory": (one_memory,)},
        call="parameter_table(net); net.requires_grad_(False); parameter_table(net)",
        because=ABOUT_NETS,
    )
