"""freeze holds parameters and statistics below a prefix still while the rest trains."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from parameters_helpers import BARE, DISTINCT, Scaled, kinds_of_nets, tied_net

pytestmark = pytest.mark.exercise("parameters.freeze")

STATISTICS = ("running_mean", "running_var", "num_batches_tracked")
FIRST_NAME = (
    "it has several names: named_parameters() and named_modules() tell only the first, "
    "unless told otherwise"
)


class MyNorm(nn.BatchNorm1d):
    """A subclass of a BatchNorm layer."""


def freeze_part(ex: Any, net: nn.Module, *prefixes: str) -> Any:
    """Return what is frozen now, the names given, and what has changed beside it."""
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
        "other grads stay": all(
            p.grad is None or bool((p.grad == 1).all()) for p in named.values()
        ),
        "lists": [type(names) is list for names in returned],
        "names": [[name for name in names if name in first] for names in returned],
        "names of nothing": [set(names) - set(named) == set() for names in returned],
        "the state is as before": list(after) == list(state)
        and all(torch.equal(t, state[name]) for name, t in after.items()),
        "the parameters are the same": all(p is named[n] for n, p in first.items()),
    }


def run_frozen(
    ex: Any,
    net: nn.Module,
    prefix: str,
    x: Tensor,
    modes: str = "eval train",
    at_first: bool = True,
) -> Any:
    """Return what two runs change, the second's output, and the gradient of x."""
    net(3 * x + 1)
    net.train(at_first)
    x.requires_grad_()
    held = {k: t.clone() for k, t in net.state_dict().items() if k.endswith(STATISTICS)}
    ex.freeze(net, prefix)
    for _ in range(2):
        for mode in modes.split():
            for module in net.modules() if mode == "each" else [net]:
                module.train(mode != "eval")
        y = net(x)
    after = {name: net.state_dict()[name] for name in held}
    changed = [name for name, t in after.items() if not torch.equal(t, held[name])]
    wanted = [x, *(p for p in net.parameters() if p.requires_grad)]
    slopes = torch.autograd.grad((y * y).sum(), wanted, allow_unused=True)
    return {"changed": changed, "y": y, "values": after, "gradients": list(slopes)}


def moved(seen: Any) -> list[str]:
    """Return which statistics of the layer 0.1 have changed."""
    return [n.removeprefix("0.1.") for n in seen["changed"] if n.startswith("0.1.")]


def blocks(norm: Any, a: int, b: int, layer: Any = nn.Linear, *size: int) -> nn.Module:
    """Return a network with two norm layers, the first one in a part of its own."""
    return nn.Sequential(nn.Sequential(layer(a, b, *size), norm(b)), norm(b))


@pytest.mark.weight(2)
def test_freeze_stops_gradients_below_the_prefix(sweep, rng):
    layers = [nn.Linear(*rng.sample(DISTINCT, 2)) for _ in range(12)]
    layers[1] = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 2))
    net = nn.Sequential(*layers)
    starts = "a", "ab", "A", "bias", "a*", "axweight"
    names = nn.ModuleDict({name: nn.Linear(2, 3) for name in starts})
    odd = nn.Sequential(Scaled(nn.Linear(2, 3)), nn.Tanh())
    below = [name for name, _ in net.named_parameters() if name.startswith("1.")]
    whole, single = "for the whole network, called ''", "for a single parameter"
    tied = nn.ModuleDict({"embedding": nn.Embedding(2, 3), "head": nn.Linear(3, 2)})
    tied["head"].weight = tied["embedding"].weight
    nets = kinds_of_nets(rng) | BARE
    shared = {
        "for a layer with the weight of an embedding": (tied, "head"),
        "for the first name of this weight": (tied, "embedding"),
        "for its second name": (tied, "head.weight"),
        "for a layer used twice": (tied_net(rng), "again"),
        "for the weight of another layer": (tied_net(rng), "other"),
    }

    sweep.cases(
        freeze_part,
        {
            "": (net, "1"),
            "for the first of twelve layers": (net, "0"),
            "for the last of twelve layers": (net, "11"),
            "for a part of a part": (net, "1.0"),
            single: (net, "10.bias"),
            whole: (net, ""),
            "for a parameter of the network's own": (odd[0], "scale"),
            "for a name that begins another": (names, "a"),
            "for a name that is a pattern": (names, "a*"),
            "for a path that is a pattern": (names, "a.weight"),
            "for the name of a module like a parameter's": (names, "bias"),
            "for a module that is called net": (odd, "0.net"),
            "for a part without parameters": (odd, "1"),
            "for one part after the other": (names, "ab", "A", "a.bias"),
            "for the same part twice": (names, "ab", "ab"),
            "for a part of what is frozen": (names, "", "ab"),
            "for a part of many": (nn.ModuleDict(nets), "for a single layer"),
        }
        | shared
        | {when: (net, "") for when, net in nets.items()},
        call='freeze(net of 12 layers, "1")',
        fault="freeze does not stop the gradients of this part, and of nothing else.",
        slips={
            "'1' is not the start of '10.bias': compare whole parts of the path": (
                lambda seen: len(seen["frozen"]) > len(below)
            ),
            "the names are whole, with the prefix, and in order": (
                lambda seen: seen["frozen"] == below and seen["names"] != [below]
            ),
            "momentum and weight decay move whatever has a grad: set it to None": (
                lambda seen: seen["frozen"] == below and seen["without grad"] != below
            ),
        },
        because={
            whole: "the empty prefix is the whole network",
            single: "the path of a single parameter is a prefix too",
        }
        | dict.fromkeys(shared, FIRST_NAME),
    )


@pytest.mark.weight(2)
def test_freeze_keeps_batchnorm_statistics(sweep, rng):
    a, b = rng.sample(DISTINCT, 2)
    x, images, volumes = (torch.randn(6, a, *[2] * n) for n in (0, 2, 3))
    net = blocks(nn.BatchNorm1d, a, b)
    convolutions = blocks(nn.BatchNorm2d, a, b, nn.Conv2d, 1)
    in_space = blocks(nn.BatchNorm3d, a, b, nn.Conv3d, 1)
    without = blocks(lambda d: nn.BatchNorm1d(d, affine=False), a, b)
    bare = blocks(lambda d: nn.BatchNorm1d(d, track_running_stats=False), a, b)
    still = blocks(nn.BatchNorm1d, a, b).requires_grad_(False)
    longer = nn.Sequential(*[nn.BatchNorm1d(a) for _ in range(11)])
    norm, part = nn.BatchNorm1d(a), nn.Sequential(nn.Linear(a, a), nn.BatchNorm1d(a))
    tied = nn.Sequential(nn.Linear(a, a), norm, nn.Sequential(nn.Tanh(), norm))
    twice = nn.Sequential(part, nn.Tanh(), nn.Sequential(part))
    shared = {
        "for a part that has the layer of another": (tied, "2", x),
        "for the second name of the layer itself": (tied, "2.1", x),
        "for its first name": (tied, "1", x),
        "for a part that is used twice": (twice, "2", x),
        "for the layer in a part that is used twice": (twice, "2.0.1", x),
    }

    sweep.cases(
        run_frozen,
        {
            "": (net, "0", x),
            "without net.train()": (net, "0", x, ""),
            "when net.train() comes once": (net, "0", x, "train"),
            "when each module is turned to training": (net, "0", x, "each"),
            "when it is in eval mode at first": (net, "0", x, "train", False),
            "when the parameters are frozen already": (still, "0", x),
            "for the layer itself": (net, "0.1", x),
            "for the whole network": (net, "", x),
            "for its weight alone": (net, "0.1.weight", x),
            "for a part without a BatchNorm layer": (net, "0.0", x),
            "for a subclass": (blocks(MyNorm, a, b), "0", x),
            "without weight and bias": (without, "0.1", x),
            "without statistics": (bare, "0", x),
            "for images": (convolutions, "0", images),
            "for volumes": (in_space, "0", volumes),
            "for a name that begins another": (longer, "1", x),
            "for a part beside a layer with two names": (tied, "0", x),
            "for a single layer": (norm, "", x),
        }
        | shared,
        call='freeze(net, "0"); net.eval(); net.train(); net(x), with BatchNorm1d',
        fault="A frozen BatchNorm layer does not keep its statistics and normalise by "
        "them, or another one does.",
        slips={
            "a momentum of 0 does not stop the counting": (
                lambda seen: moved(seen) == ["num_batches_tracked"]
            ),
            "requires_grad stops no statistics, and net.train() undoes eval()": (
                lambda seen: len(moved(seen)) == len(STATISTICS)
            ),
            "outside the prefix, statistics go on as before": (
                lambda seen: "1.running_mean" not in seen["changed"]
            ),
            "gradients go on through a frozen part to what lies before it": (
                lambda seen: seen["gradients"][0] is None
            ),
            "in training mode the batch's own statistics are used": (
                lambda seen: not moved(seen)
            ),
        },
        because={"for its weight alone": "the layer is not below its own weight"}
        | dict.fromkeys(shared, FIRST_NAME),
    )
