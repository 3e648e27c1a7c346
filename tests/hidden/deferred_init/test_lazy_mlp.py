"""lazy_mlp holds placeholders only, until each network meets its own input."""

import copy
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from deferred_init_helpers import DISTINCT, Seen, outcome, start_of
from grader.observe import MODULES, SHAPES, TENSORS, fill, say

pytestmark = pytest.mark.exercise("deferred_init.lazy_mlp")


def shaped(ex: Any, inner: int, *widths: int) -> nn.Module:
    """Return a network with shapes, and values that follow from them."""
    net = ex.lazy_mlp(*widths)
    net(torch.zeros(1, inner))
    return fill(net)


def meet_inputs(
    ex: Any,
    widths: list[int],
    xs: list[Tensor],
    change: Callable[[nn.Module], nn.Module] = nn.Module.train,
) -> Seen:
    """Make a network for each input before the first of them is called."""
    nets = [change(ex.lazy_mlp(*widths)) for _ in xs]
    before = [list(net.parameters()) for net in nets]
    waiting = [[is_lazy(parameter) for parameter in known] for known in before]
    if not all(map(all, waiting)):
        return {"placeholders": waiting}
    pairs = list(zip(nets, xs, strict=True))
    ys = [(y.requires_grad, *y.shape) for y in (net(x) for net, x in pairs)]
    weights = [p for p in nets[0].parameters() if p.dim() == 2]
    return {
        "placeholders": waiting,
        "results": ys,
        "initial values": [start_of(w, w.shape[1]) for w in weights],
        "other width": [
            outcome(Exception, net, torch.cat([x, x], dim=-1)) for net, x in pairs
        ],
        "shapes": [
            sorted(str((p.dtype, *p.shape)) for p in net.parameters()) for net in nets
        ],
        "the same parameters": [
            list(map(id, known)) == list(map(id, net.parameters()))
            for known, net in zip(before, nets, strict=True)
        ],
        "filled": [fill(net)(x) for net, x in pairs],
    }


@pytest.mark.weight(2)
@pytest.mark.parametrize("n", [2, 1, 4])
def test_lazy_mlp_computes_linear_layers_with_relu_between(sweep, rng, n):
    inner, *widths = rng.sample(DISTINCT, n + 1)
    x = 5 * torch.randn(3, inner)
    layers = [fill(nn.Linear(a, b)) for a, b in pairwise([inner, *widths])]
    right = nn.Sequential(*[m for layer in layers for m in (layer, nn.ReLU())][:-1])

    sweep(
        shaped,
        inner,
        *widths,
        inputs=lambda *lead: (x if lead == (3,) else torch.randn(*lead, inner),),
        columns=(*TENSORS, *MODULES, "nan") if n == 2 else ("plain", *SHAPES),
        call=say("lazy_mlp(*{widths})(x)", widths=widths),
        fault="lazy_mlp does not compute linear layers with a ReLU between them.",
        slips={
            "a ReLU after the last layer cuts off negative outputs": right(x).relu(),
            "the ReLU between the layers is missing": nn.Sequential(*layers)(x),
        },
        causes={"'list' object is not callable": "put the layers in an nn.Sequential"},
    )


@pytest.mark.weight(3)
def test_lazy_mlp_fits_each_network_to_its_own_input(sweep, rng):
    one, two, *widths = rng.sample(DISTINCT, 4)
    xs = [torch.randn(3, one), torch.randn(3, two)]

    sweep.cases(
        meet_inputs,
        {
            "for one network": (widths[::-1], xs[:1]),
            "for two networks": (widths, xs),
            "for equal widths": ([widths[0]] * 3, xs),
            "for more leading axes": (widths, [torch.randn(2, 1, 3, one)]),
            "for widths of 1": ([1, 1], xs),
            "for an empty batch": (widths, [x[:0] for x in xs]),
            "for eight widths": ([*widths, 3, *widths, 12], xs),
            "after a deep copy": (widths, xs, copy.deepcopy),
            "after .double()": (widths, [x.double() for x in xs], nn.Module.double),
        },
        call="networks lazy_mlp(…), each on its own input",
        fault="The first input does not fix the shapes of lazy_mlp's parameters, which "
        "are placeholders before.",
        slips={
            "nn.Linear needs to know its input width; nn.LazyLinear does not": (
                lambda seen: False in seen["placeholders"][0]
            ),
            "modules kept in a plain list are invisible to nn.Module": (
                lambda seen: seen["placeholders"] == [[]]
            ),
            "the first width is an output width, too: no input width is given": (
                lambda seen: len(seen["placeholders"][0]) == 2
            ),
            "the first input gives the shapes, and no later one": (
                lambda seen: seen["other width"] != ["Exception"]
            ),
            "the placeholders become the parameters: put no new ones there": (
                lambda seen: seen["the same parameters"] != [True]
            ),
        },
        because={
            "for two networks": "each call makes layers of its own",
            "for equal widths": "each width has a layer of its own, as wide as others "
            "or not, and a ReLU between two",
            "for more leading axes": "the network works on the last axis",
        },
    )
