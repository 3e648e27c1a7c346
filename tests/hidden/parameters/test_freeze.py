"""freeze holds parameters and statistics below a prefix still while the rest trains."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import say
from parameters_helpers import DISTINCT, Scaled, kinds_of_nets, tied_net

pytestmark = pytest.mark.exercise("parameters.freeze")

STATISTICS = ("running_mean", "running_var", "num_batches_tracked")


class MyNorm(nn.BatchNorm1d):
    """A subclass of a BatchNorm layer."""


def freeze_part(ex: Any, net: nn.Module, *prefixes: str) -> Any:
    """Return the names given, what is frozen now, and what has changed beside it."""
    named = dict(net.named_parameters(remove_duplicate=False))
    for p in named.values():
        p.grad = torch.ones_like(p)
    state = {name: t.clone() for name, t in net.state_dict().items()}
    returned = [ex.freeze(net, prefix) for prefix in prefixes]
    first = dict(net.named_parameters())
    after = net.state_dict()
    return {
        "frozen": [name for name, p in named.items() if not p.requires_grad],
        "without grad": [name for name, p in named.items() if p.grad is None],
        "names": [[name for name in names if name in first] for names in returned],
        "names of nothing": [set(names) - set(named) == set() for names in returned],
        "the state is as before": list(after) == list(state)
        and all(torch.equal(t, state[name]) for name, t in after.items()),
        "the parameters are the same": all(p is named[n] for n, p in first.items()),
    }


def freeze_while_training(
    ex: Any, net: nn.Module, prefix: str, x: Tensor, make: Callable[..., Any]
) -> Any:
    """Return which parameters the optimizer moves afterwards."""
    optimizer = make(net.parameters(), lr=0.01, weight_decay=0.1)
    net(x).square().sum().backward()
    optimizer.step()
    net(x).square().sum().backward()
    ex.freeze(net, prefix)
    before = {name: p.detach().clone() for name, p in net.named_parameters()}
    for _ in range(2):
        optimizer.step()
        optimizer.zero_grad(set_to_none=False)
        net(x).square().sum().backward()
    optimizer.step()
    return {n: not torch.equal(p, before[n]) for n, p in net.named_parameters()}


def sgd(parameters: Any, **options: Any) -> torch.optim.Optimizer:
    return torch.optim.SGD(parameters, momentum=0.9, **options)


def leave(net: nn.Module) -> None:
    """Leave the mode as it is."""


def train(net: nn.Module) -> None:
    net.train()


def evaluate_and_train(net: nn.Module) -> None:
    net.eval()
    net.train()


def train_each(net: nn.Module) -> None:
    for module in net.modules():
        module.train(True)


def freeze_and_run(
    ex: Any,
    net: nn.Module,
    prefix: str,
    x: Tensor,
    before_run: Any = evaluate_and_train,
) -> Any:
    """Return the output of a second run, and which statistics have changed."""
    net(3 * x + 1)
    names = [name for name in net.state_dict() if name.endswith(STATISTICS)]
    ex.freeze(net, prefix)
    state = {name: net.state_dict()[name].clone() for name in names}
    before_run(net)
    net(x)
    before_run(net)
    y = net(x)
    changed = [n for n in names if not torch.equal(net.state_dict()[n], state[n])]
    return {
        "changed": changed,
        "y": y,
        "values": {n: net.state_dict()[n] for n in names},
    }


FAULT = "freeze does not stop the gradients of this part, and of nothing else."


@pytest.mark.weight(2)
@pytest.mark.parametrize("prefix", ["1", "0", "11", "1.0", "10.bias", ""])
def test_freeze_stops_gradients_below_the_prefix(sweep, rng, prefix):
    layers = [nn.Linear(*rng.sample(DISTINCT, 2)) for _ in range(12)]
    layers[1] = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 2))
    net = nn.Sequential(*layers)
    below = [
        name
        for name, _ in net.named_parameters()
        if not prefix or name == prefix or name.startswith(f"{prefix}.")
    ]

    sweep.cases(
        freeze_part,
        {"": (net, prefix)},
        call=say('freeze(net of 12 layers, "{prefix}")', prefix=prefix),
        fault=FAULT,
        slips={
            "'1' is not the start of '10.bias': compare whole parts of the path": (
                lambda seen: len(seen["frozen"]) > len(below)
            ),
            "the empty prefix is the whole network": (
                lambda seen: not seen["frozen"] and not prefix
            ),
            "the path of a single parameter is a prefix too": (
                lambda seen: not seen["frozen"] and len(below) == 1
            ),
            "the names are whole, with the prefix, and in order": (
                lambda seen: seen["frozen"] == below and seen["names"] != [below]
            ),
            "momentum and weight decay move whatever has a grad: set it to None": (
                lambda seen: seen["frozen"] == below and seen["without grad"] != below
            ),
        },
    )


def test_freeze_finds_a_shared_parameter_under_each_name(sweep, rng):
    a, b = rng.sample(DISTINCT, 2)
    net = nn.ModuleDict({"embedding": nn.Embedding(a, b), "head": nn.Linear(b, a)})
    net["head"].weight = net["embedding"].weight

    sweep.cases(
        freeze_part,
        {
            "": (net, "head"),
            "for the first name": (net, "embedding"),
            "for one parameter by its second name": (net, "head.weight"),
            "for all": (net, ""),
            "for a layer used twice": (tied_net(rng), "again"),
            "for the weight of another layer": (tied_net(rng), "other"),
        },
        call='freeze(net, "head"), its weight tied to embedding.weight',
        fault="A parameter that is shared with another part is not frozen.",
        slips={
            "named_parameters() tells only its first name, unless told otherwise": (
                lambda seen: seen["frozen"] == ["head.bias"]
            )
        },
    )


def test_freeze_takes_all_kinds_of_networks(sweep, rng):
    net = nn.ModuleDict(kinds_of_nets(rng))
    names = nn.ModuleDict({n: nn.Linear(2, 3) for n in ("a", "ab", "A", "bias")})
    odd = nn.Sequential(Scaled(nn.Linear(2, 3)), nn.Tanh())

    sweep.cases(
        freeze_part,
        {
            "for a name that begins another": (names, "a"),
            "for the name of a module like a parameter's": (names, "bias"),
            "for a parameter of the network's own": (odd[0], "scale"),
            "for a module that is called net": (odd, "0.net"),
            "for a part without parameters": (odd, "1"),
            "for one part after the other": (names, "ab", "A", "a.bias"),
            "for the same part twice": (names, "ab", "ab"),
            "for a part of what is frozen": (names, "", "ab"),
        }
        | {when: (net[when], "") for when in net if "meta" not in when}
        | {"for a part of many": (net, "for a single layer")},
        call="freeze(net, prefix)",
        fault=FAULT,
    )


@pytest.mark.parametrize("make", [sgd, torch.optim.AdamW], ids=["SGD", "AdamW"])
def test_freeze_holds_against_momentum_and_weight_decay(sweep, rng, make):
    a, b, c = rng.sample(DISTINCT, 3)
    net = nn.Sequential(nn.Linear(a, b), nn.Linear(b, c))

    sweep.cases(
        freeze_while_training,
        {
            "": (net, "0", torch.randn(8, a), make),
            "for the last layer": (net, "1", torch.randn(8, a), make),
            "for one weight": (net, "0.weight", torch.randn(8, a), make),
        },
        call='steps of an optimizer; freeze(net, "0"); zero_grad(set_to_none=False) '
        "and more steps",
        fault="The optimizer still moves a frozen parameter, or no other one.",
        slips={
            "momentum and weight decay move whatever has a grad: set it to None": (
                lambda moved: moved["0.weight"]
            ),
        },
    )


def blocks(norm: Any, a: int, b: int) -> nn.Module:
    """Return a network with two norm layers, the first one in a part of its own."""
    return nn.Sequential(nn.Sequential(nn.Linear(a, b), norm(b)), norm(b))


@pytest.mark.weight(2)
@pytest.mark.parametrize("prefix", ["0", "0.1", ""], ids=["part", "layer", "all"])
def test_freeze_keeps_batchnorm_statistics(sweep, rng, prefix):
    a, b = rng.sample(DISTINCT, 2)
    x = torch.randn(6, a)
    images, volumes = torch.randn(3, a, 4, 4), torch.randn(3, a, 2, 2, 2)
    net = blocks(nn.BatchNorm1d, a, b)

    def without(**options: Any) -> nn.Module:
        return blocks(lambda d: nn.BatchNorm1d(d, **options), a, b)

    def convolutions(conv: Any, norm: Any) -> nn.Module:
        part = nn.Sequential(conv(a, b, 1), norm(b))
        return nn.Sequential(part, norm(b))

    sweep.cases(
        freeze_and_run,
        {
            "": (net, prefix, x),
            "without net.train(), as the network is in training mode": (
                net,
                prefix,
                x,
                leave,
            ),
            "when net.train() comes once": (net, prefix, x, train),
            "when each module is turned to training": (net, prefix, x, train_each),
            "for a subclass": (blocks(MyNorm, a, b), prefix, x),
            "without weight and bias": (without(affine=False), prefix, x),
            "for a cumulative average": (without(momentum=None), prefix, x),
            "for images": (convolutions(nn.Conv2d, nn.BatchNorm2d), prefix, images),
            "for volumes": (convolutions(nn.Conv3d, nn.BatchNorm3d), prefix, volumes),
        },
        call=say(
            'freeze(net, "{prefix}"); net.eval(); net.train(); net(x), BatchNorm1d',
            prefix=prefix,
        ),
        fault="A frozen BatchNorm layer does not keep its statistics and normalise by "
        "them, or another one does.",
        slips={
            "a momentum of 0 does not stop the counting": (
                lambda seen: (
                    "0.1.num_batches_tracked" in seen["changed"]
                    and "0.1.running_mean" not in seen["changed"]
                )
            ),
            "requires_grad stops no statistics, and net.train() undoes eval()": (
                lambda seen: "0.1.running_mean" in seen["changed"]
            ),
            "outside the prefix, statistics go on as before": (
                lambda seen: bool(prefix) and "1.running_mean" not in seen["changed"]
            ),
            "in training mode the batch's own statistics are used": (
                lambda seen: "0.1.running_mean" not in seen["changed"]
            ),
        },
    )


def shared_norm(a: int) -> nn.Module:
    norm = nn.BatchNorm1d(a)
    return nn.Sequential(nn.Linear(a, a), norm, nn.Sequential(nn.Tanh(), norm))


def shared_part(a: int) -> nn.Module:
    part = nn.Sequential(nn.Linear(a, a), nn.BatchNorm1d(a))
    return nn.Sequential(part, nn.Tanh(), nn.Sequential(part))


def test_freeze_finds_a_batchnorm_under_each_name(sweep, rng):
    a = rng.choice(DISTINCT)
    x = torch.randn(6, a)
    named = nn.ModuleDict({"1": nn.BatchNorm1d(a), "10": nn.BatchNorm1d(a)})

    sweep.cases(
        freeze_and_run,
        {
            "": (shared_norm(a), "2", x),
            "for the second name of the layer itself": (shared_norm(a), "2.1", x),
            "for its first name": (shared_norm(a), "1", x),
            "for a part that is used twice": (shared_part(a), "2", x),
            "for the layer in a part that is used twice": (shared_part(a), "2.0.1", x),
            "for its weight alone: the layer is no part of that": (
                blocks(nn.BatchNorm1d, a, a),
                "0.1.weight",
                x,
            ),
            "for a part without it": (shared_norm(a), "0", x),
            "for a single layer": (nn.BatchNorm1d(a), "", x),
            "for a name that begins another": (nn.Sequential(*named.values()), "1", x),
            "where dropout stands beside it": (
                nn.Sequential(nn.Dropout(), nn.Sequential(nn.BatchNorm1d(a))),
                "1",
                x,
            ),
        },
        call='freeze(net, "2"); net.train(); net(x), its BatchNorm1d used in "1" too',
        fault="A frozen BatchNorm layer that another part shares changes.",
        slips={
            "named_modules() tells only its first name, unless told otherwise": (
                lambda seen: bool(seen["changed"])
            )
        },
    )
