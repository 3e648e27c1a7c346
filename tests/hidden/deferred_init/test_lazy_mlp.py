"""lazy_mlp holds placeholders only, until each network meets its own input."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from deferred_init_helpers import DISTINCT, Shape, is_placeholder
from grader.observe import expect_close, expect_equal, expect_true, say

pytestmark = pytest.mark.exercise("deferred_init.lazy_mlp")


def parameters_before_the_first_call(
    ex: Any, widths: list[int]
) -> tuple[bool, list[bool]]:
    net = ex.lazy_mlp(*widths)
    is_module = isinstance(net, nn.Module)
    parameters = net.parameters() if is_module else []
    return is_module, [is_placeholder(p) for p in parameters]


def run_lazy_mlp(ex: Any, widths: list[int], x: Tensor) -> tuple[Tensor, list[Tensor]]:
    net = ex.lazy_mlp(*widths)
    return net(x), list(net.parameters())


def widths_after_two_inputs(
    ex: Any, widths: list[int], xs: list[Tensor]
) -> list[list[Shape]]:
    nets = [ex.lazy_mlp(*widths) for _ in xs]
    for net, x in zip(nets, xs, strict=True):
        net(x)
    return [[tuple(p.shape) for p in net.parameters()] for net in nets]


def run_layers(
    parameters: list[Tensor], x: Tensor, widths: list[int], *, last_relu: bool = False
) -> Tensor | None:
    """Apply the layers of all widths; each weight is found by its shape."""
    for i, width in enumerate(widths):
        weights = [p for p in parameters if p.shape == (width, x.shape[-1])]
        biases = [p for p in parameters if p.shape == (width,)]
        if len(weights) != 1 or len(biases) != 1:
            return None
        x = nn.functional.linear(x, weights[0], biases[0])
        if last_relu or i < len(widths) - 1:
            x = x.relu()
    return x


def run_linear_layers(parameters: list[Tensor], x: Tensor, widths: list[int]) -> Tensor:
    for width in widths:
        x = run_layers(parameters, x, [width])
    return x


def shapes_for(widths: list[int], in_features: int) -> list[Shape]:
    """Return the parameters' shapes of an MLP, sorted."""
    inner = [in_features, *widths[:-1]]
    weights = list(zip(widths, inner, strict=True))
    return sorted([*weights, *((width,) for width in widths)])


@pytest.mark.weight(2)
@pytest.mark.parametrize("n", [1, 3])
def test_lazy_mlp_starts_with_placeholders_only(observe, rng, n):
    widths = rng.sample(DISTINCT, n)

    is_module, placeholders = observe(
        parameters_before_the_first_call,
        widths,
        call=say("lazy_mlp({names}).parameters()", names=", ".join(map(str, widths))),
    )

    expect_true(
        is_module,
        "lazy_mlp does not return an nn.Module.",
        expected="an nn.Module",
        got="something else",
        cause="put the layers in an nn.Sequential",
    )
    expect_true(
        all(placeholders),
        "Parameters of lazy_mlp have a shape before the first call.",
        expected="placeholders only",
        got=say(
            "{count} of {n} have a shape",
            count=placeholders.count(False),
            n=len(placeholders),
        ),
        cause="nn.Linear needs to know its input width; nn.LazyLinear does not",
    )
    expect_equal(
        len(placeholders),
        2 * n,
        "lazy_mlp does not have a weight and a bias for each width.",
        slips={
            "the first width is an output width, too: no input width is given": (
                2 * n - 2
            ),
            "modules kept in a plain list are invisible to nn.Module": 0,
        },
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("n", [1, 2, 4])
@pytest.mark.parametrize("leading", [0, 2], ids=["vector", "two_dims"])
def test_lazy_mlp_computes_linear_layers_with_relu_between(observe, rng, n, leading):
    inner, *widths = rng.sample(DISTINCT, n + 1)
    x = torch.randn(*rng.sample(DISTINCT, leading), inner)

    y, parameters = observe(
        run_lazy_mlp,
        widths,
        x,
        call=say(
            "lazy_mlp({names})(x) with x {shape}",
            names=", ".join(map(str, widths)),
            shape=tuple(x.shape),
        ),
    )

    expect_equal(
        sorted(tuple(p.shape) for p in parameters),
        shapes_for(widths, inner),
        "The first input does not fix the shapes of lazy_mlp's parameters.",
    )
    expect_equal(
        {str(p.dtype) for p in parameters},
        {"torch.float32"},
        "The parameters of lazy_mlp are of another dtype than the input.",
    )
    expect_close(
        y,
        run_layers(parameters, x, widths),
        "lazy_mlp does not compute linear layers with a ReLU between them.",
        slips={
            "a ReLU after the last layer cuts off negative outputs": run_layers(
                parameters, x, widths, last_relu=True
            ),
            "the ReLU between the layers is missing": run_linear_layers(
                parameters, x, widths
            ),
        },
    )


def test_lazy_mlp_fits_each_network_to_its_own_input(observe, rng):
    one, two, *widths = rng.sample(DISTINCT, 4)
    xs = [torch.randn(3, one), torch.randn(3, two)]

    call = say(
        "two networks lazy_mlp({widths}, {widths_2}), on inputs of width {one} and "
        "{two}",
        widths=widths[0],
        widths_2=widths[1],
        one=one,
        two=two,
    )

    shapes = observe(
        widths_after_two_inputs,
        widths,
        xs,
        call=call,
        causes={
            "cannot be multiplied": "the second network has the shapes of the first: "
            "each call makes layers of its own"
        },
    )

    expect_equal(
        [sorted(each) for each in shapes],
        [shapes_for(widths, one), shapes_for(widths, two)],
        "Networks made by lazy_mlp do not each fit their own input.",
    )
