"""decay_groups keeps biases and norm layers from weight decay, each parameter once."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_close, expect_equal, expect_true, say
from parameters_helpers import DISTINCT, expect_state_of, tied_net

pytestmark = pytest.mark.exercise("parameters.decay_groups")


class MyNorm(nn.LayerNorm):
    """A subclass of a norm layer."""


class Rescaled(nn.Module):
    """A module with a one-dimensional parameter that is no bias."""

    def __init__(self, d: int):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(d))


def groups_of(
    ex: Any, net: nn.Module, weight_decay: float
) -> list[tuple[list[str], float]]:
    names = {id(p): name for name, p in net.named_parameters()}
    return [
        ([names.get(id(p), "?") for p in group["params"]], float(group["weight_decay"]))
        for group in ex.decay_groups(net, weight_decay)
    ]


def step_by_decay(
    ex: Any, net: nn.Module, weight_decay: float
) -> tuple[int, dict[str, Tensor]]:
    groups = ex.decay_groups(net, weight_decay)
    listed = sum(len(list(group["params"])) for group in groups)
    optimizer = torch.optim.SGD(groups, lr=1.0, weight_decay=0.5)
    for p in net.parameters():
        p.grad = torch.zeros_like(p)
    optimizer.step()
    return listed, net.state_dict()


def expect_groups(
    groups: list[tuple[list[str], float]], net: nn.Module, spared: list[str]
) -> None:
    """Expect all of `net` in two groups, the second with just `spared`."""
    named = dict(net.named_parameters())
    expect_equal(
        len(groups), 2, "decay_groups does not return two groups, empty ones too."
    )
    listed = [name for names, _ in groups for name in names]
    expect_true(
        len(set(listed)) == len(listed),
        "A parameter is in the groups more than once.",
        expected="each once",
        got=", ".join(sorted({name for name in listed if listed.count(name) > 1})),
        cause="a shared parameter has several names: keep the ones you have met",
    )
    missing = [name for name in named if name not in listed]
    expect_true(
        not missing,
        "A parameter is in no group, so that no optimizer trains it.",
        expected="each once",
        got=say("without {names}", names=", ".join(missing)),
        cause="frozen parameters belong to a group too"
        if not any(named[name].requires_grad for name in missing)
        else None,
    )
    norms = [name for name in spared if "bias" not in name.rpartition(".")[2]]
    expect_equal(
        sorted(name for names, _ in groups[1:] for name in names),
        sorted(spared),
        "The second group is not just the biases and the norm layers' parameters.",
        slips={
            "weight decay belongs to the first group, the biases to the second": (
                lambda names: names and not any(name in names for name in spared)
            ),
            "a norm layer's weight is spared too, not only its bias": (
                lambda names: norms and not any(name in names for name in norms)
            ),
            "the number of dimensions does not tell: a scale has one, a norm layer's "
            "weight may have two": sorted(n for n, p in named.items() if p.dim() < 2),
            "only the last part of the name tells a bias": (
                lambda names: any(
                    "bias" in n.rpartition(".")[0] for n in set(names) - set(spared)
                )
            ),
            "the module's type tells a norm layer, not its name": (
                lambda names: any("norm" in n for n in set(names) - set(spared))
            ),
            "in_proj_bias and bias_hh_l0 are biases too": (
                lambda names: any("bias" in n for n in set(spared) - set(names))
            ),
            "subclasses, InstanceNorm, GroupNorm and RMSNorm are norm layers too": (
                lambda names: bool(set(norms) - set(names))
            ),
        },
    )


@pytest.mark.weight(2)
def test_decay_groups_spare_biases_and_norm_layers(observe, rng):
    a, b = rng.sample(DISTINCT, 2)
    net = nn.ModuleDict(
        {
            "linear": nn.Linear(a, b),
            "batch": nn.Sequential(nn.BatchNorm1d(b), nn.BatchNorm2d(a)),
            "layer": nn.LayerNorm((a, b)),
            "group": nn.GroupNorm(2, 4),
            "rms": nn.RMSNorm(b),
            "instance": nn.InstanceNorm1d(b, affine=True),
            "mine": MyNorm(a),
            "embedding": nn.Embedding(a, b),
        }
    )
    weight_decay = round(rng.uniform(0.01, 0.2), 3)

    groups = observe(
        groups_of,
        net,
        weight_decay,
        call=say(
            "decay_groups(net, {weight_decay}), net with all kinds of norm layers",
            weight_decay=weight_decay,
        ),
    )

    decay = ["linear.weight", "embedding.weight"]
    spared = [name for name, _ in net.named_parameters() if name not in decay]
    expect_groups(groups, net, spared)
    expect_equal(
        [decay for _, decay in groups],
        [weight_decay, 0.0],
        "The weight decay is not `weight_decay` in the first group, 0 in the second.",
    )


def test_decay_groups_go_by_the_last_part_of_the_name(observe, rng):
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

    groups = observe(
        groups_of,
        net,
        0.1,
        call="decay_groups(net, 0.1), net with modules called bias and norm, an LSTM "
        "and a MultiheadAttention",
    )

    spared = [n for n, _ in net.named_parameters() if "bias" in n.rpartition(".")[2]]
    expect_groups(groups, net, spared)


def test_decay_groups_have_each_parameter_once(observe, rng):
    net = tied_net(rng)
    net["first"].bias.requires_grad_(False)

    groups = observe(
        groups_of,
        net,
        0.1,
        call="decay_groups(net, 0.1), layers shared, a bias frozen",
    )

    expect_groups(groups, net, ["first.bias"])


@pytest.mark.parametrize("empty", ["first", "second"])
def test_decay_groups_may_be_empty(observe, empty):
    net = nn.LayerNorm(3) if empty == "first" else nn.Linear(3, 2, bias=False)

    groups = observe(groups_of, net, 0.1, call=say("decay_groups({net}, 0.1)", net=net))

    expect_groups(groups, net, ["weight", "bias"] if empty == "first" else [])


def test_decay_groups_work_in_an_optimizer(observe, rng):
    a, b = rng.sample(DISTINCT, 2)
    net = nn.Sequential(nn.Linear(a, b), nn.LayerNorm(b), nn.Linear(b, a))
    nn.init.normal_(net[1].weight)
    nn.init.normal_(net[1].bias)
    weight_decay = round(rng.uniform(0.01, 0.2), 3)

    listed, state = observe(
        step_by_decay,
        net,
        weight_decay,
        call=say(
            "SGD(decay_groups(net, {weight_decay}), lr=1, weight_decay=0.5), a step "
            "with all gradients 0",
            weight_decay=weight_decay,
        ),
    )

    expect_equal(listed, 6, "The groups do not list the 6 parameters.")
    expect_state_of(state, net)
    for name, before in net.state_dict().items():
        decays = name in ("0.weight", "2.weight")
        expect_close(
            state[name],
            before * (1 - weight_decay * decays),
            say(
                "{name} does not {value} as it should.",
                name=name,
                value="decay" if decays else "stay",
            ),
            slips={
                "a group without its own weight_decay has the optimizer's": before / 2
            },
        )
