"""decay_groups spares biases and norm layers weight decay, each parameter once."""

from typing import Any

import pytest
import torch
from torch import nn

from grader.observe import draw_name, say
from parameters_helpers import (
    ABOUT_NETS,
    DISTINCT,
    Scaled,
    kinds_of_nets,
    names_of,
    nested_net,
    sight_of,
)

pytestmark = pytest.mark.exercise("parameters.decay_groups")


class Standardised(nn.LayerNorm):
    """A subclass of a norm layer, with another name and a parameter more."""

    def __init__(self, d: int):
        super().__init__(d)
        self.scale = nn.Parameter(torch.ones(d, d))


class NormHead(nn.Linear):
    """What is called a norm, and is none."""


class Rescaled(nn.Module):
    """A module with names that are a bias's or not, and one-dimensional parameters."""

    def __init__(self, d: int):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(d))
        self.norm = nn.Parameter(torch.ones(d))
        self.unbiased = nn.Parameter(torch.ones(d, d))
        self.bias_scale = nn.Parameter(torch.ones(()))
        self.biases = nn.ParameterList([torch.ones(d), torch.ones(d, d)])


def layers(rng) -> nn.ModuleDict:
    """Return layers of which each has one name only, a frozen bias among them."""
    a, b = rng.sample(DISTINCT, 2)
    net = nn.ModuleDict(
        {
            "batch": nn.BatchNorm1d(b),
            "image": nn.BatchNorm2d(a),
            "volume": nn.BatchNorm3d(a),
            "together": nn.SyncBatchNorm(a),
            "layer": nn.LayerNorm((a, b)),
            "group": nn.GroupNorm(2, 4),
            "rms": nn.RMSNorm(b),
            "instance": nn.InstanceNorm1d(b, affine=True),
            "instances": nn.InstanceNorm2d(b, affine=True),
            "mine": Standardised(a),
            "linear": nn.Linear(a, b),
            "embedding": nn.Embedding(a, b),
            "bias": nn.Linear(a, b),
            "norm": nn.Linear(a, b),
            "head": NormHead(a, b),
            "rescaled": Rescaled(b),
            "attention": nn.MultiheadAttention(8, 2),
            "lstm": nn.LSTM(a, b),
        }
    )
    net["linear"].bias.requires_grad_(False)
    return net


def groups_of(ex: Any, net: nn.Module, weight_decay: float = 0.1) -> Any:
    """Return in which groups each parameter is, and what holds for the groups."""
    before = sight_of(net)["trainable"]
    groups = ex.decay_groups(net, weight_decay)
    listed = [
        (name, f"group {n}")
        for n, group in enumerate(groups, 1)
        for name in names_of(group["params"], net)
    ]
    return {
        "weight decays": [float(group["weight_decay"]) for group in groups],
        "lists": [isinstance(group["params"], list) for group in groups],
        "requires_grad stays": sight_of(net)["trainable"] == before,
    } | {name: [g for n, g in listed if n == name] for name, _ in sorted(listed)}


def step_by_decay(ex: Any, net: nn.Module, weight_decay: float) -> Any:
    groups = ex.decay_groups(net, weight_decay)
    optimizer = torch.optim.SGD(groups, lr=1.0, weight_decay=0.5)
    for p in net.parameters():
        p.grad = torch.zeros_like(p)
    optimizer.step()
    return sight_of(net)["values"]


@pytest.mark.weight(2)
def test_decay_groups_spare_biases_and_norm_layers(sweep, rng):
    net, own = layers(rng), draw_name(rng)
    named = dict(net.named_parameters())
    biases = {n for n in named if "bias" in n.rpartition(".")[2]}
    norms = {n for n in named if n.partition(".")[0] in [*net][:10]} - biases
    spared = biases | norms

    def second(seen: Any) -> set[str]:
        return {name for name in named if "group 2" in seen[name]}

    def missed(seen: Any) -> set[str]:
        return spared - second(seen)

    def extra(seen: Any) -> set[str]:
        return second(seen) - spared

    sweep.cases(
        groups_of,
        {
            "": (net,),
            "where the first group is empty": (net["layer"],),
            "where the second group is empty": (net["embedding"],),
            "for a layer of another name": (nn.ModuleDict({own: nn.Linear(3, 2)}),),
        }
        | {
            say("for {name} alone", name=type(layer).__name__).render(): (layer,)
            for layer in net.values()
        }
        | {"for a weight decay of 0": (net, 0.0), "for one of 1": (net, 1)},
        call="decay_groups(net, 0.1), net with norm layers of all kinds, modules "
        "called bias and norm, an LSTM and a MultiheadAttention",
        fault="The second group is not just the biases and the norm layers' "
        "parameters.",
        slips={
            "frozen parameters belong to a group too": (
                lambda seen: "linear.bias" not in seen
            ),
            "weight decay belongs to the first group, the biases to the second": (
                lambda seen: seen["weight decays"] == [0.0, 0.1]
            ),
            "the number of dimensions does not tell: a scale has one, a norm layer's "
            "weight may have two": (
                lambda seen: (
                    all(named[name].dim() > 1 for name in missed(seen))
                    and {"rescaled.scale", "rescaled.norm"} <= extra(seen)
                )
            ),
            "a norm layer's weight is spared too, not only its bias": (
                lambda seen: missed(seen) == norms and not extra(seen)
            ),
            "only the last part of the name tells a bias": (
                lambda seen: "bias.weight" in extra(seen)
            ),
            "the module's type tells a norm layer, not its name or its class's": (
                lambda seen: extra(seen) & {"norm.weight", "head.weight"}
            ),
            "in_proj_bias and bias_hh_l0 are biases too": (
                lambda seen: missed(seen) & biases
            ),
            "subclasses, InstanceNorm, GroupNorm and RMSNorm are norm layers too": (
                lambda seen: missed(seen) & norms
            ),
        },
    )


@pytest.mark.weight(2)
def test_decay_groups_have_each_parameter_once(sweep, rng):
    sweep.cases(
        groups_of,
        {when: (net,) for when, net in kinds_of_nets(rng).items()},
        call="decay_groups(net, 0.1)",
        because=ABOUT_NETS
        | {"where everything is frozen": "frozen parameters belong to a group too"},
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
