"""decay_groups spares biases and norm layers weight decay, each parameter once."""

from typing import Any

import pytest
import torch
from torch import nn

from grader.observe import say
from parameters_helpers import ABOUT_NETS, DISTINCT, all_nets, names_of, sight_of

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
        self.Bias = nn.Parameter(torch.ones(d, 1))
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
            "in_space": nn.InstanceNorm3d(b, affine=True),
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
    ex.decay_groups(nn.Sequential(net, nn.Linear(2, 1)), 0.3)
    groups = ex.decay_groups(net, weight_decay)
    listed = [
        (name, f"group {n}")
        for n, group in enumerate(groups, 1)
        for name in names_of(group["params"], net)
    ]
    return {
        "weight decays": [float(g.get("weight_decay", -1)) for g in groups],
        "lists": [isinstance(group["params"], list) for group in groups],
        "requires_grad stays": sight_of(net)["trainable"] == before,
    } | {name: [g for n, g in listed if n == name] for name, _ in sorted(listed)}


def test_decay_groups_spare_biases_and_norm_layers(sweep, rng):
    net = layers(rng)
    named = dict(net.named_parameters())
    biases = {n for n in named if "bias" in n.rpartition(".")[2]}
    norms = {n for n in named if n.partition(".")[0] in [*net][:11]} - biases
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
        }
        | {
            say("for {name} alone", name=type(layer).__name__).render(): (layer,)
            for layer in net.values()
        }
        | {"for a weight decay of 0": (net, 0.0), "for one of 1": (net, 1)}
        | {when: (net,) for when, net in all_nets(rng).items()},
        call="decay_groups(net, 0.1), net with norm layers of all kinds, modules "
        "called bias and norm, an LSTM and a MultiheadAttention",
        fault="The second group is not just the biases and the norm layers' "
        "parameters.",
        slips={
            "a group without its own weight_decay has the optimizer's": (
                lambda seen: -1.0 in seen["weight decays"]
            ),
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
        because=ABOUT_NETS,
    )
