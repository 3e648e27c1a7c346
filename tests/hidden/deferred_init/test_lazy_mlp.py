"""lazy_mlp holds placeholders only, until each network meets its own input."""

import copy
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from deferred_init_helpers import DISTINCT
from grader.observe import MODULES, TENSORS, expect_close, expect_equal, say
from grader.sandbox.trials import fill

pytestmark = pytest.mark.exercise("deferred_init.lazy_mlp")


def waiting_of(ex: Any, widths: list[int], number: int) -> list[bool]:
    """Return for each parameter of some networks whether it waits for its shape."""
    nets = [ex.lazy_mlp(*widths) for _ in range(number)]
    return [is_lazy(p) for net in nets for p in net.parameters()]


def shaped(ex: Any, inner: int, *widths: int) -> nn.Module:
    """Return a network with shapes, and values that follow from them."""
    net = ex.lazy_mlp(*widths)
    net(torch.zeros(1, inner))
    return fill(net)


def run_shaped(ex: Any, widths: list[int], x: Tensor) -> Tensor:
    return shaped(ex, x.shape[-1], *widths)(x)


def meet_inputs(
    ex: Any,
    widths: list[int],
    xs: list[Tensor],
    change: Callable[[nn.Module], nn.Module] = nn.Module.train,
) -> list[Any]:
    """Make a network for each input before the first of them is called."""
    nets = [change(ex.lazy_mlp(*widths)) for _ in xs]
    waiting = [sum(map(is_lazy, net.parameters())) for net in nets]
    ys = [tuple(net(x).shape) for net, x in zip(nets, xs, strict=True)]
    kinds = [[(*p.shape, str(p.dtype)) for p in net.parameters()] for net in nets]
    values = [fill(net)(x) for net, x in zip(nets, xs, strict=True)]
    return [waiting, ys, [sorted(kind, key=str) for kind in kinds], values]


CAUSES = {"has no attribute 'parameters'": "put the layers in an nn.Sequential"}


@pytest.mark.weight(2)
@pytest.mark.parametrize("n", [4, 1])
def test_lazy_mlp_starts_with_placeholders_only(observe, rng, n):
    widths, number = rng.sample(DISTINCT, n), rng.randrange(2, 50)
    call = say("lazy_mlp(*{widths}).parameters()", widths=widths)

    waiting = observe(waiting_of, widths, number, call=call, causes=CAUSES)

    expect_equal(
        waiting.count(False),
        0,
        "Parameters of lazy_mlp have a shape before the first call.",
        cause="nn.Linear needs to know its input width; nn.LazyLinear does not",
    )
    expect_equal(
        len(waiting) / number,
        2.0 * n,
        "lazy_mlp does not have a weight and a bias for each width.",
        slips={
            "modules kept in a plain list are invisible to nn.Module": 0.0,
            "the first width is an output width, too: no input width is given": (
                2.0 * n - 2
            ),
        },
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("n", [2, 1, 4])
def test_lazy_mlp_computes_linear_layers_with_relu_between(observe, rng, n):
    inner, *widths = rng.sample(DISTINCT, n + 1)
    x = 5 * torch.randn(20, inner)
    layers = [fill(nn.Linear(a, b)) for a, b in pairwise([inner, *widths])]
    right = nn.Sequential(*[m for layer in layers for m in (layer, nn.ReLU())][:-1])
    call = say("lazy_mlp(*{widths})(x) with x {x}", widths=widths, x=x)

    y = observe(run_shaped, widths, x, call=call)

    expect_close(
        y,
        right(x),
        "lazy_mlp does not compute linear layers with a ReLU between them.",
        slips={
            "a ReLU after the last layer cuts off negative outputs": right(x).relu(),
            "the ReLU between the layers is missing": nn.Sequential(*layers)(x),
        },
    )


def test_lazy_mlp_fits_each_network_to_its_own_input(sweep, rng):
    one, two, *widths = rng.sample(DISTINCT, 4)
    xs = [torch.randn(3, one), torch.randn(3, two)]

    sweep.cases(
        meet_inputs,
        {
            "for one network": (widths, xs[:1]),
            "for two networks": (widths, xs),
            "for equal widths": ([widths[0]] * 3, xs),
            "for more leading axes": (widths, [torch.randn(2, 1, 3, one)]),
            "for widths of 1": ([1, 1], xs),
            "for five widths": ([*widths, 3, *widths], xs),
            "after a deep copy": (widths, xs, copy.deepcopy),
            "after .double()": (widths, [x.double() for x in xs], nn.Module.double),
        },
        call="networks lazy_mlp(…), each on its own input",
        fault="The first input does not fix the shapes of lazy_mlp's parameters.",
        because={
            "for two networks": "each call makes layers of its own",
            "for equal widths": "each width has a layer of its own, as wide as others "
            "or not, and a ReLU between two",
            "for more leading axes": "the network works on the last axis",
        },
    )


def test_lazy_mlp_works_in_all_states(sweep, rng):
    inner, *widths = rng.sample(DISTINCT, 4)

    sweep(
        shaped,
        inner,
        *widths,
        inputs=lambda *lead: (torch.randn(*lead, inner),),
        columns=(*TENSORS, *MODULES),
        call=say("lazy_mlp(*{widths})(x)", widths=widths),
    )
