"""QuadraticReduction computes its double sum row by row, and its weight learns."""

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from custom_layer_helpers import DISTINCT, gradients_of
from grader.observe import expect_close, expect_equal, expect_true, say

pytestmark = pytest.mark.exercise("custom_layer.QuadraticReduction")


class Largest(TorchDispatchMode):
    """Notes the size of the largest tensor that is made under it."""

    numel = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        made = result if isinstance(result, (list, tuple)) else [result]
        sizes = [t.numel() for t in made if isinstance(t, Tensor)]
        self.numel = max([self.numel, *sizes])
        return result


def run_quadratic(ex: Any, weight: Tensor, x: Tensor) -> Tensor:
    layer = ex.QuadraticReduction(weight.shape[0], weight.shape[-1])
    layer.load_state_dict({"weight": weight})
    return layer.to(x.dtype)(x)


def quadratic_on_meta(ex: Any, sizes: list[int]) -> tuple[str, list[int]]:
    layer = ex.QuadraticReduction(*sizes).to("meta")
    y = layer(torch.ones(4, sizes[0], device="meta"))
    return y.device.type, list(y.shape)


def train_quadratic(
    ex: Any, weight: Tensor, x: Tensor, upstream: Tensor
) -> tuple[list[str], tuple[Tensor | None, Tensor | None]]:
    layer = ex.QuadraticReduction(weight.shape[0], weight.shape[-1])
    layer.load_state_dict({"weight": weight})
    x = x.requires_grad_()
    names = [name for name, _ in layer.named_parameters()]
    return names, tuple(gradients_of(layer(x), [layer.weight, x], upstream))


def fresh_quadratic(ex: Any, sizes: list[int]) -> tuple[Tensor, Tensor]:
    return ex.QuadraticReduction(*sizes).weight, ex.QuadraticReduction(*sizes).weight


def largest_in_quadratic(ex: Any, weight: Tensor, x: Tensor) -> tuple[Tensor, int]:
    layer = ex.QuadraticReduction(weight.shape[0], weight.shape[-1])
    layer.load_state_dict({"weight": weight})
    with Largest() as largest:
        y = layer(x)
    return y, largest.numel


def quadratic(weight: Tensor, x: Tensor) -> Tensor:
    """Sum over i and j one after the other."""
    rows = torch.stack([x @ plane for plane in weight.unbind(-1)], dim=-1)
    return (rows * x.unsqueeze(-1)).sum(-2)


@pytest.mark.weight(2)
@pytest.mark.parametrize("leading", [0, 1, 2], ids=["vector", "batch", "two_dims"])
def test_quadratic_computes_its_sum(observe, rng, leading):
    inner, units, *shape = rng.sample(DISTINCT, 2 + leading)
    weight = torch.randn(inner, inner, units)
    x = torch.randn(*shape, inner)

    y = observe(
        run_quadratic,
        weight,
        x,
        call=say(
            "QuadraticReduction({inner}, {units})(x) with x {shape}",
            inner=inner,
            units=units,
            shape=tuple(x.shape),
        ),
    )

    triangle = weight * torch.ones(inner, inner).triu().unsqueeze(-1)
    diagonal = weight * torch.eye(inner).unsqueeze(-1)
    total = quadratic(weight, x).reshape(-1, units).sum(0)
    expect_close(
        y,
        quadratic(weight, x),
        "QuadraticReduction does not compute sum over i, j of W_ijk x_i x_j.",
        rtol=1e-4,
        atol=1e-4,
        slips={
            "pairs with i > j are left out": quadratic(triangle, x),
            "pairs with i ≠ j are left out": quadratic(diagonal, x),
            "the sum runs over the batch too": total,
        },
    )


def test_quadratic_keeps_inputs_of_a_batch_apart(observe, rng):
    inner, units = rng.sample(range(2, 5), 2)
    weight, x = torch.randn(inner, inner, units), torch.randn(256, inner)

    y, largest = observe(
        largest_in_quadratic,
        weight,
        x,
        call=say(
            "QuadraticReduction({inner}, {units})(x) with x (256, {inner})",
            inner=inner,
            units=units,
        ),
    )

    expect_true(
        largest < 256 * 256,
        "QuadraticReduction combines every input of a batch with every other.",
        expected=say(
            "tensors that grow with the batch, such as (256, {inner}, {inner})",
            inner=inner,
        ),
        got=say("a tensor of {largest} entries", largest=largest),
        cause="x @ W @ x.T pairs all inputs; only its diagonal matters",
    )
    expect_close(
        y,
        quadratic(weight, x),
        "QuadraticReduction is wrong for a large batch.",
        rtol=1e-4,
        atol=1e-4,
    )


def test_quadratic_follows_to_double(observe, rng):
    inner, units = rng.sample(DISTINCT, 2)
    weight = torch.randn(inner, inner, units)
    x = torch.randn(3, inner, dtype=torch.float64)

    y = observe(
        run_quadratic, weight, x, call="QuadraticReduction(…).double()(x.double())"
    )

    expect_equal(
        str(y.dtype),
        "torch.float64",
        "QuadraticReduction does not follow to double.",
        slips={"torch.zeros(…) without dtype is float32": "torch.float32"},
    )
    expect_close(
        y,
        quadratic(weight.double(), x),
        "QuadraticReduction loses precision in double.",
        rtol=1e-10,
        atol=1e-10,
        slips={"a part of the computation is in float32": lambda _: True},
    )


def test_quadratic_follows_to_another_device(observe, rng):
    sizes = rng.sample(DISTINCT, 2)

    device, shape = observe(
        quadratic_on_meta,
        sizes,
        call='QuadraticReduction(…).to("meta")(x.to("meta"))',
    )

    expect_equal(
        device,
        "meta",
        "QuadraticReduction does not follow to another device.",
        slips={"torch.zeros(…) without device is on the CPU": "cpu"},
    )
    expect_equal(shape, [4, sizes[1]], "The result does not have the right shape.")


def test_quadratic_learns(observe, rng):
    inner, units = rng.sample(DISTINCT, 2)
    weight, x = torch.randn(inner, inner, units), torch.randn(4, inner)
    upstream = torch.randn(4, units)

    names, gradients = observe(
        train_quadratic,
        weight,
        x,
        upstream,
        call="y = QuadraticReduction(…)(x); y.backward(…)",
    )

    expect_equal(
        names, ["weight"], "weight is not QuadraticReduction's only parameter."
    )
    weight.requires_grad_()
    x.requires_grad_()
    quadratic(weight, x).backward(upstream)
    cut = {"`.data`, detach() and item() cut off gradients": lambda g: g is None}
    for name, got, leaf in zip(("weight", "x"), gradients, (weight, x), strict=True):
        expect_close(
            got,
            leaf.grad,
            say("QuadraticReduction's gradient in {name} is wrong.", name=name),
            rtol=1e-4,
            atol=1e-4,
            slips=cut,
        )


def test_quadratic_starts_at_a_random_weight(observe, rng):
    inner, units = rng.sample(DISTINCT, 2)

    first, second = observe(
        fresh_quadratic,
        [inner, units],
        call=say(
            "QuadraticReduction({inner}, {units}).weight, twice",
            inner=inner,
            units=units,
        ),
    )

    for weight in (first, second):
        expect_equal(
            list(weight.shape),
            [inner, inner, units],
            "weight is not (in_features, in_features, out_features).",
        )
    expect_true(
        not torch.equal(first, second) and first.unique().numel() > 1,
        "QuadraticReduction's weight does not start at random values.",
        expected="other values in every layer",
        got="the same",
    )
    expect_true(
        not torch.allclose(first, first.transpose(0, 1)),
        "QuadraticReduction's weight starts symmetric in i and j.",
        expected="W_ijk and W_jik drawn on their own",
        got="equal ones",
    )
