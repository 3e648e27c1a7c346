"""count_parameters counts what is shared once, and refuses what has no shape."""

from typing import Any

import pytest
from torch import nn

from grader.observe import expect_equal, expect_error, say
from parameters_helpers import DISTINCT, Scaled, entries, nested_net, tied_net, twins

pytestmark = pytest.mark.exercise("parameters.count_parameters")


def count(ex: Any, net: nn.Module, trainable_only: bool) -> int:
    if trainable_only:
        return ex.count_parameters(net, trainable_only=True)
    return ex.count_parameters(net)


@pytest.mark.weight(2)
@pytest.mark.parametrize("trainable_only", [False, True])
def test_count_adds_up_the_entries(observe, rng, trainable_only):
    net = Scaled(nested_net(rng))
    parameters = list(net.parameters())

    n = observe(
        count,
        net,
        trainable_only,
        call=say(
            "count_parameters(net, trainable_only={trainable_only}), net with "
            "BatchNorm1d, Conv1d and frozen parameters",
            trainable_only=repr(trainable_only),
        ),
    )

    trainable = [p for p in parameters if p.requires_grad]
    buffers = list(net.buffers())
    counted = trainable if trainable_only else parameters
    expect_equal(
        n,
        entries(counted),
        "count_parameters does not count the entries of the parameters.",
        slips={
            "buffers, as BatchNorm's statistics, are no parameters": (
                lambda n: (
                    n in (entries(counted + buffers), entries(parameters + buffers))
                )
            ),
            "that is how many tensors there are, not how many entries": len(counted),
            "frozen parameters do not count with trainable_only": (
                lambda n: trainable_only and n == entries(parameters)
            ),
            "frozen parameters count too, unless trainable_only": entries(trainable),
            "one level is not all: parameters() goes through all depths": (
                entries(list(net.parameters(recurse=False)))
            ),
        },
    )


@pytest.mark.parametrize("trainable_only", [False, True])
def test_count_takes_a_shared_parameter_once(observe, rng, trainable_only):
    net = tied_net(rng)

    n = observe(
        count,
        net,
        trainable_only,
        call="count_parameters(net), one layer used twice and its weight a third time",
    )

    everything = [p for _, p in net.named_parameters(remove_duplicate=False)]
    own = [p for module in net.modules() for p in module.parameters(recurse=False)]
    expect_equal(
        n,
        entries(list(net.parameters())),
        "A shared parameter does not count once.",
        slips={
            "it counts wherever it is used: net.parameters() leaves out repeats": (
                lambda n: n in (entries(everything), entries(own))
            )
        },
    )


def test_count_keeps_parameters_with_equal_values_apart(observe, rng):
    net = twins(rng)

    n = observe(
        count,
        net,
        False,
        call="count_parameters(Sequential(layer, Tanh(), its deepcopy))",
    )

    expect_equal(
        n,
        entries(list(net.parameters())),
        "Parameters with equal values count as one.",
        slips={
            "equal values or shapes do not make two parameters one": (
                entries(list(net[0].parameters()))
            )
        },
    )


@pytest.mark.parametrize("trainable_only", [False, True])
def test_count_refuses_what_has_no_shape_yet(observe, rng, trainable_only):
    a, b, c = rng.sample(DISTINCT, 3)
    net = nn.Sequential(nn.Linear(a, b), nn.LazyLinear(c))

    raised = observe.error(
        count,
        net,
        trainable_only,
        call=say(
            "count_parameters(Sequential(Linear, LazyLinear), "
            "trainable_only={trainable_only})",
            trainable_only=repr(trainable_only),
        ),
    )

    expect_error(
        raised,
        ValueError,
        "A parameter without a shape is counted.",
        cause="a lazy layer has an UninitializedParameter until its first run",
    )


def test_count_of_no_parameters_is_zero(observe):
    n = observe(count, nn.Tanh(), False, call="count_parameters(Tanh())")

    expect_equal(n, 0, "A network without parameters does not count as 0.")
