"""decay_groups keeps biases and norm layers from weight decay, each parameter once."""

from typing import Any

import pytest
import torch
from torch import nn

from grader.observe import say
from parameters_helpers import (
    DISTINCT,
    Scaled,
    kinds_of_nets,
    names_of,
    nested_net,
    sight_of,
    tied_net,
)

pytestmark = pytest.mark.exercise("parameters.decay_groups")


class MyNorm(nn.LayerNorm):
    """A subclass of a norm layer, with a parameter more."""

    def __init__(self, d: int):
        super().__init__(d)
        self.scale = nn.Parameter(torch.ones(d, d))


class Rescaled(nn.Module):
    """A module with names that are a bias's or not, and one-dimensional parameters."""

    def __init__(self, d: int):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(d))
        self.norm = nn.Parameter(torch.ones(d))
        self.unbiased = nn.Parameter(torch.ones(d, d))
        self.bias_scale = nn.Parameter(torch.ones(()))
        self.biases = nn.ParameterList([torch.ones(d), torch.ones(d, d)])


def groups_of(ex: Any, net: nn.Module, weight_decay: float = 0.1) -> Any:
    before = sight_of(net)["trainable"]
    groups = [
        (
            sorted(names_of(group["params"], net)),
            float(group["weight_decay"]),
            isinstance(group["params"], list),
        )
        for group in ex.decay_groups(net, weight_decay)
    ]
    return [*groups, sight_of(net)["trainable"] == before]


def step_by_decay(ex: Any, net: nn.Module, weight_decay: float) -> Any:
    groups = ex.decay_groups(net, weight_decay)
    optimizer = torch.optim.SGD(groups, lr=1.0, weight_decay=0.5)
    for p in net.parameters():
        p.grad = torch.zeros_like(p)
    optimizer.step()
    return sight_of(net)["values"]


def slips_of(net: nn.Module, spared: list[str]) -> dict[str, Any]:
    """Return causes; the evidence is in the names that the second group has."""
    named = dict(net.named_parameters())
    frozen = {name for name, p in named.items() if not p.requires_grad}
    norms = {name for name in spared if "bias" not in name.rpartition(".")[2]}

    def listed(seen: Any) -> list[str]:
        return [name for names, *_ in seen[:-1] for name in names]

    def missed(seen: Any) -> set[str]:
        return set(spared) - set(seen[1][0])

    def extra(seen: Any) -> set[str]:
        return set(seen[1][0]) - set(spared)

    return {
        "there are two groups, also where one is empty": lambda seen: len(seen) != 3,
        "a shared parameter has several names: keep the ones you have met": (
            lambda seen: len(set(listed(seen))) < len(listed(seen))
        ),
        "frozen parameters belong to a group too": (
            lambda seen: (
                set(named) - set(listed(seen)) <= frozen
                and len(listed(seen)) < len(named)
            )
        ),
        "each parameter is in a group, also those of equal values": (
            lambda seen: len(listed(seen)) < len(named)
        ),
        "weight decay belongs to the first group, the biases to the second": (
            lambda seen: sorted(seen[0][0]) == sorted(spared) != sorted(seen[1][0])
        ),
        "the number of dimensions does not tell: a scale has one, a norm layer's "
        "weight may have two": (
            lambda seen: (
                all(named[name].dim() > 1 for name in missed(seen))
                and all(named[name].dim() < 2 for name in extra(seen))
            )
        ),
        "a norm layer's weight is spared too, not only its bias": (
            lambda seen: bool(norms) and missed(seen) == norms
        ),
        "only the last part of the name tells a bias": (
            lambda seen: any("bias" in n.rpartition(".")[0] for n in extra(seen))
        ),
        "the module's type tells a norm layer, not its name": (
            lambda seen: any("norm" in n for n in extra(seen))
        ),
        "in_proj_bias and bias_hh_l0 are biases too": (
            lambda seen: any("bias" in n.rpartition(".")[2] for n in missed(seen))
        ),
        "subclasses, InstanceNorm, GroupNorm and RMSNorm are norm layers too": (
            lambda seen: bool(missed(seen) & norms)
        ),
    }


FAULT = "The second group is not just the biases and the norm layers' parameters."


@pytest.mark.weight(2)
def test_decay_groups_spare_biases_and_norm_layers(sweep, rng):
    a, b = rng.sample(DISTINCT, 2)
    net = nn.ModuleDict(
        {
            "linear": nn.Linear(a, b),
            "batch": nn.Sequential(nn.BatchNorm1d(b), nn.BatchNorm2d(a)),
            "volume": nn.BatchNorm3d(a),
            "together": nn.SyncBatchNorm(a),
            "layer": nn.LayerNorm((a, b)),
            "group": nn.GroupNorm(2, 4),
            "rms": nn.RMSNorm(b),
            "instance": nn.InstanceNorm1d(b, affine=True),
            "image": nn.InstanceNorm2d(b, affine=True),
            "mine": MyNorm(a),
            "embedding": nn.Embedding(a, b),
        }
    )
    decays = ["linear.weight", "embedding.weight"]
    spared = [name for name, _ in net.named_parameters() if name not in decays]
    weight_decay = round(rng.uniform(0.01, 0.2), 3)

    sweep.cases(
        groups_of,
        {"for all norm layers": (net, weight_decay)}
        | {
            say(
                "for {name} alone: the first group is empty", name=type(layer).__name__
            ).render(): (layer,)
            for layer in net.values()
            if not isinstance(layer, nn.Sequential)
        }
        | {"for a weight decay of 0": (net, 0.0), "for one of 1": (net, 1)},
        call=say(
            "decay_groups(net, {weight_decay}), net with all kinds of norm layers",
            weight_decay=weight_decay,
        ),
        fault=FAULT,
        slips=slips_of(net, spared),
    )


def test_decay_groups_go_by_the_last_part_of_the_name(sweep, rng):
    a, b = rng.sample(DISTINCT, 2)
    net = nn.ModuleDict(
        {
            "bias": nn.Linear(a, b),
            "norm": nn.Linear(a, b),
            "rescaled": Rescaled(b),
            "attention": nn.MultiheadAttention(8, 2),
            "lstm": nn.LSTM(a, b),
        }
    )
    spared = [n for n, _ in net.named_parameters() if "bias" in n.rpartition(".")[2]]

    sweep.cases(
        groups_of,
        {"": (net,), "for a module alone": (net["rescaled"],)},
        call="decay_groups(net, 0.1), net with modules called bias and norm, an LSTM "
        "and a MultiheadAttention",
        fault=FAULT,
        slips=slips_of(net, spared),
    )


def test_decay_groups_have_each_parameter_once(sweep, rng):
    net = tied_net(rng)
    net["first"].bias.requires_grad_(False)

    sweep.cases(
        groups_of,
        {"": (net,)}
        | {when: (net,) for when, net in kinds_of_nets(rng).items()}
        | {
            "for layers without a shape": (nn.Sequential(nn.LazyLinear(3)),),
            "for norm layers without a shape": (nn.Sequential(nn.LayerNorm(3)),),
        },
        call="decay_groups(net, 0.1), layers shared, a bias frozen",
        fault="Not every parameter is in just one group.",
        slips=slips_of(net, ["first.bias"]),
    )


@pytest.mark.parametrize("empty", ["first", "second"])
def test_decay_groups_may_be_empty(sweep, empty):
    net = nn.LayerNorm(3) if empty == "first" else nn.Linear(3, 2, bias=False)

    sweep.cases(
        groups_of,
        {"": (net,)},
        call=say("decay_groups({net}, 0.1)", net=net),
        fault="decay_groups does not give two groups.",
        slips=slips_of(net, ["weight", "bias"] if empty == "first" else []),
    )


def test_decay_groups_work_in_an_optimizer(sweep, rng):
    a, b = rng.sample(DISTINCT, 2)
    net = nn.Sequential(nn.Linear(a, b), nn.LayerNorm(b), nn.Linear(b, a))
    nn.init.normal_(net[1].weight)
    nn.init.normal_(net[1].bias)
    before = net.state_dict()

    sweep.cases(
        step_by_decay,
        {
            "": (net, 0.125),
            "for other kinds of layers": (Scaled(nested_net(rng)), 0.25),
        },
        call="SGD(decay_groups(net, 0.125), lr=1, weight_decay=0.5), a step with all "
        "gradients 0",
        fault="Weights do not decay as they should, or others do.",
        slips={
            "a group without its own weight_decay has the optimizer's": (
                lambda state: torch.allclose(state["0.bias"], before["0.bias"] / 2)
            )
        },
    )
