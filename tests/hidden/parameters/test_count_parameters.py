"""count_parameters counts what is shared once, and refuses what has no shape."""

from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import say
from parameters_helpers import ABOUT_NETS, Scaled, all_nets, nested_net, sight_of

pytestmark = pytest.mark.exercise("parameters.count_parameters")


def count(ex: Any, net: Any, trainable_only: bool) -> Any:
    net = net if isinstance(net, nn.Module) else net()
    return ex.count_parameters(net, trainable_only=trainable_only)


def count_in_turn(ex: Any, net: nn.Module) -> Any:
    flags = sight_of(net)["trainable"]
    counts = [ex.count_parameters(net), ex.count_parameters(net, True)]
    kept = sight_of(net)["trainable"] == flags
    net.requires_grad_(False)
    return counts, ex.count_parameters(net, True), ex.count_parameters(net), kept


def expanded() -> nn.Module:
    return nn.ParameterList([nn.Parameter(torch.ones(1).expand(5, 3))])


def entries(parameters: list[Tensor]) -> int:
    return sum(p.numel() for p in parameters)


@pytest.mark.weight(2)
@pytest.mark.parametrize("trainable_only", [False, True])
def test_count_adds_up_the_entries(sweep, rng, trainable_only):
    net = Scaled(nested_net(rng))
    parameters, buffers = list(net.parameters()), list(net.buffers())
    trained = [p for p in parameters if p.requires_grad]
    counted = trained if trainable_only else parameters
    stretched = "for an expanded parameter"
    lazy_buffers = partial(nn.LazyBatchNorm1d, affine=False)
    lazy = {
        "for a lazy layer": nn.Sequential(nn.Linear(2, 3), nn.LazyLinear(2)),
        "for a lazy layer alone": nn.LazyLinear(2),
    }

    sweep.cases(
        count,
        {
            "": (net, trainable_only),
            stretched: (expanded, trainable_only),
            "for lazy buffers, which do not count": (lazy_buffers, trainable_only),
        }
        | {when: (net, trainable_only) for when, net in lazy.items()},
        call=say("count_parameters(net, trainable_only={flag})", flag=trainable_only),
        fault="count_parameters does not count the entries of the parameters.",
        slips={
            "buffers, as BatchNorm's statistics, are no parameters": (
                lambda n: (
                    n in (entries(counted + buffers), entries(parameters + buffers))
                )
            ),
            "that is how many tensors there are, not how many entries": (
                lambda n: n in (len(counted), len(parameters))
            ),
            "frozen parameters do not count with trainable_only": entries(parameters),
            "frozen parameters count too, unless trainable_only": entries(trained),
            "one level is not all: parameters() goes through all depths": (
                entries(list(net.parameters(recurse=False)))
            ),
        },
        because={stretched: "it has the entries that it shows, whatever memory it has"}
        | dict.fromkeys(
            lazy, "until its first run a lazy layer has an UninitializedParameter"
        ),
        raises=(ValueError,),
    )


@pytest.mark.weight(2)
def test_count_takes_all_kinds_of_networks(sweep, rng):
    numbers = nn.ParameterList([torch.ones(3, dtype=torch.complex64)])

    sweep.cases(
        count_in_turn,
        {when: (net,) for when, net in all_nets(rng).items()}
        | {"for complex parameters": (numbers,)},
        call="count_parameters(net), count_parameters(net, True); "
        "net.requires_grad_(False); both again",
        because=ABOUT_NETS,
    )
