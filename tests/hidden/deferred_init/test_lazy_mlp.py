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
from grader.observe import (
    MODULES,
    TENSORS,
    expect_close,
    expect_equal,
    expect_true,
    say,
)
from grader.sandbox.trials import fill

pytestmark = pytest.mark.exercise("deferred_init.lazy_mlp")


def parameters_before_the_first_call(
    ex: Any, widths: list[int]
) -> tuple[bool, list[bool]]:
    net = ex.lazy_mlp(*widths)
    is_module = isinstance(net, nn.Module)
    return is_module, [is_lazy(p) for p in net.parameters()] if is_module else []


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
    change: Callable[[nn.Module], nn.Module],
) -> list[Any]:
    """Make a network for each input before the first of them is called."""
    nets = [change(ex.lazy_mlp(*widths)) for _ in xs]
    waiting = [sum(map(is_lazy, net.parameters())) for net in nets]
    ys = [tuple(net(x).shape) for net, x in zip(nets, xs, strict=True)]
    shapes = [
        sorted(((*p.shape, str(p.dtype)) for p in net.parameters()), key=str)
        for net in nets
    ]
    return [waiting, ys, shapes, [fill(n)(x) for n, x in zip(nets, xs, strict=True)]]


def as_it_is(net: nn.Module) -> nn.Module:
    return net


def doubled(net: nn.Module) -> nn.Module:
    return net.double()


@pytest.mark.weight(2)
@pytest.mark.parametrize("n", [3, 1])
def test_lazy_mlp_starts_with_placeholders_only(observe, rng, n):
    widths = rng.sample(DISTINCT, n)

    is_module, waiting = observe(
        parameters_before_the_first_call,
        widths,
        call=say("lazy_mlp(*{widths}).parameters()", widths=widths),
    )

    expect_true(
        is_module,
        "lazy_mlp does not return an nn.Module.",
        expected="an nn.Module",
        got="something else",
        cause="put the layers in an nn.Sequential",
    )
    expect_equal(
        waiting.count(False),
        0,
        "Parameters of lazy_mlp have a shape before the first call.",
        cause="nn.Linear needs to know its input width; nn.LazyLinear does not",
    )
    expect_equal(
        len(waiting),
        2 * n,
        "lazy_mlp does not have a weight and a bias for each width.",
        slips={
            "modules kept in a plain list are invisible to nn.Module": 0,
            "the first width is an output width, too: no input width is given": (
                2 * n - 2
            ),
        },
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("n", [1, 2, 4])
def test_lazy_mlp_computes_linear_layers_with_relu_between(observe, rng, n):
    inner, *widths = rng.sample(DISTINCT, n + 1)
    x = 5 * torch.randn(20, inner)
    layers = [fill(nn.Linear(a, b)) for a, b in pairwise([inner, *widths])]
    right = nn.Sequential(*[m for layer in layers for m in (layer, nn.ReLU())][:-1])

    y = observe(
        run_shaped,
        widths,
        x,
        call=say("lazy_mlp(*{widths})(x) with x {x}", widths=widths, x=x),
    )

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
            "for one network": (widths, xs[:1], as_it_is),
            "for two networks: each call makes layers of its own": (
                widths,
                xs,
                as_it_is,
            ),
            "for equal widths": ([widths[0]] * 3, xs, as_it_is),
            "for more leading axes": (widths, [torch.randn(2, 1, 3, one)], as_it_is),
            "for widths of 1": ([1, 1], xs, as_it_is),
            "for five widths": ([*widths, 3, *widths], xs, as_it_is),
            "after a deep copy": (widths, xs, copy.deepcopy),
            "after .double()": (widths, [x.double() for x in xs], doubled),
        },
        call=say("networks lazy_mlp(*{widths}), each on its own input", widths=widths),
        fault="The first input does not fix the shapes of lazy_mlp's parameters.",
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
