"""Custom layers: values, gradients, state, and the edges of each definition."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from grader.observe import (
    expect_close,
    expect_equal,
    expect_true,
)

exercise = pytest.mark.exercise

DISTINCT = range(
    2, 12
)  # sizes to draw from without repeats, so that no shape is square


def gradients_of(
    y: Tensor, leaves: list[Tensor], upstream: Tensor
) -> list[Tensor | None]:
    """Return the gradients of sum(upstream * y), None where no way leads."""
    if not y.requires_grad:
        return [None for _ in leaves]
    return list(torch.autograd.grad(y, leaves, upstream, allow_unused=True))


def gradient_of(y: Tensor, x: Tensor, upstream: Tensor) -> Tensor | None:
    return gradients_of(y, [x], upstream)[0]


# CenteredLayer


def apply_centered(ex: Any, x: Tensor) -> Tensor:
    return ex.CenteredLayer()(x)


def apply_centered_and_keep(ex: Any, x: Tensor) -> tuple[Tensor, Tensor]:
    return ex.CenteredLayer()(x), x


def centered_gradient(ex: Any, x: Tensor, upstream: Tensor) -> Tensor | None:
    x = x.requires_grad_()
    return gradient_of(ex.CenteredLayer()(x.clone()), x, upstream)


def centered_in_sequential(
    ex: Any, linear: nn.Module, x: Tensor
) -> tuple[Tensor, list[str]]:
    net = nn.Sequential(linear, ex.CenteredLayer())
    return net(x), [name for name, _ in net.named_parameters()]


@exercise("custom_layer.CenteredLayer")
@pytest.mark.parametrize("dims", [1, 2, 3], ids=["vector", "matrix", "three_dims"])
def test_centered_subtracts_the_mean_of_all_entries(observe, rng, dims):
    x = torch.randn(*rng.sample(DISTINCT, dims)) + rng.choice([-3.0, 3.0])

    y = observe(apply_centered, x, call=f"CenteredLayer()(x) with x {tuple(x.shape)}")

    expect_close(
        y,
        x - x.sum() / x.numel(),
        "CenteredLayer does not subtract the mean of all entries.",
        slips={
            "mean(dim=-1) gives one mean for each row": x - x.mean(-1, keepdim=True),
            "mean(dim=0) gives one mean for each column": x - x.mean(0),
            "the entries are divided by their spread": (x - x.mean()) / x.std(),
        },
    )


@exercise("custom_layer.CenteredLayer")
@pytest.mark.parametrize("dtype", [torch.float64, torch.float16])
def test_centered_keeps_the_dtype(observe, rng, dtype):
    x = torch.randn(*rng.sample(DISTINCT, 2), dtype=dtype)

    y = observe(apply_centered, x, call=f"CenteredLayer()(x) with x of {dtype}")

    expect_equal(
        str(y.dtype), str(dtype), "CenteredLayer does not keep the dtype of its input."
    )
    expect_close(
        y,
        (x.double() - x.double().mean()).to(dtype),
        f"CenteredLayer is wrong for {dtype}.",
        rtol=0,
        atol=1e-12 if dtype == torch.float64 else 1e-2,
        slips={
            "a part of the computation is in float32": lambda y: y.dtype == dtype,
        },
    )


@exercise("custom_layer.CenteredLayer")
def test_centered_passes_gradients_through_the_mean(observe, rng):
    x = torch.randn(*rng.sample(DISTINCT, 2))
    upstream = torch.randn_like(x)

    gradient = observe(
        centered_gradient, x, upstream, call="y = CenteredLayer()(x); y.backward(…)"
    )

    expect_close(
        gradient,
        upstream - upstream.mean(),
        "The gradient of CenteredLayer is wrong.",
        slips={
            "the result is detached: no gradient reaches x": lambda g: g is None,
            "item() and detach() make the mean a constant": upstream,
        },
    )


@exercise("custom_layer.CenteredLayer")
def test_centered_leaves_the_callers_tensor_alone(observe, rng):
    x = torch.randn(*rng.sample(DISTINCT, 2)) + 1

    y, after = observe(apply_centered_and_keep, x, call="CenteredLayer()(x); x")

    expect_equal(
        after,
        x,
        "CenteredLayer changes the caller's tensor.",
        slips={"x -= … and other in-place operations work on x itself": lambda _: True},
    )
    expect_close(y, x - x.mean(), "CenteredLayer does not subtract the mean.")


@exercise("custom_layer.CenteredLayer")
def test_centered_fits_into_a_network_without_parameters(observe, rng):
    linear = nn.Linear(*rng.sample(DISTINCT, 2))
    x = torch.randn(4, linear.in_features)

    y, names = observe(
        centered_in_sequential, linear, x, call="nn.Sequential(Linear, CenteredLayer())"
    )

    expect_equal(
        names,
        ["0.weight", "0.bias"],
        "CenteredLayer has parameters.",
        slips={"what is computed from the input needs no nn.Parameter": lambda _: True},
    )
    hidden = linear(x)
    expect_close(
        y, hidden - hidden.mean(), "CenteredLayer is wrong behind another layer."
    )


# MyLinear


def apply_my_linear(
    ex: Any, sizes: list[int], x: Tensor
) -> tuple[Tensor, dict[str, Tensor]]:
    layer = ex.MyLinear(*sizes)
    return layer(x), dict(layer.named_parameters())


def run_my_linear(ex: Any, state: dict[str, Tensor], x: Tensor) -> Tensor:
    layer = ex.MyLinear(*state["weight"].shape)
    layer.load_state_dict(state)
    return layer.to(x.dtype)(x)


def train_my_linear(
    ex: Any, sizes: list[int], x: Tensor, upstream: Tensor
) -> tuple[
    dict[str, Tensor], dict[str, Tensor | None], dict[str, Tensor], Tensor, list[str]
]:
    layer = ex.MyLinear(*sizes)
    before = {name: p.detach().clone() for name, p in layer.named_parameters()}
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1) if before else None
    y = layer(x)
    if y.requires_grad:
        y.backward(upstream)
    gradients = {name: p.grad for name, p in layer.named_parameters()}
    if optimizer:
        optimizer.step()
    unregistered = [
        name
        for name in ("weight", "bias")
        if isinstance(getattr(layer, name, None), Tensor) and name not in before
    ]
    return before, gradients, dict(layer.named_parameters()), layer(x), unregistered


def fresh_my_linear(ex: Any, sizes: list[int]) -> tuple[Tensor, Tensor]:
    return ex.MyLinear(*sizes).weight, ex.MyLinear(*sizes).weight


def expect_weight_and_bias(parameters: dict[str, Tensor], sizes: list[int]) -> None:
    inner, units = sizes
    expect_equal(
        sorted((name, list(p.shape)) for name, p in parameters.items()),
        [("bias", [units]), ("weight", [inner, units])],
        "MyLinear does not have the parameters weight (in_units, units) and bias "
        "(units,).",
        slips={
            "a tensor that is no nn.Parameter is not registered": (
                lambda shapes: {name for name, _ in shapes} < {"weight", "bias"}
            ),
            "weight is (in_units, units), unlike nn.Linear's": (
                lambda shapes: ("weight", [units, inner]) in shapes
            ),
            "the bias has one axis, of length units": (
                lambda shapes: ("weight", [inner, units]) in shapes
            ),
        },
    )


def my_linear(parameters: dict[str, Tensor], x: Tensor) -> Tensor:
    return (x @ parameters["weight"] + parameters["bias"]).relu()


def my_linear_state(sizes: list[int]) -> dict[str, Tensor]:
    return {"weight": torch.randn(*sizes), "bias": torch.randn(sizes[1])}


@exercise("custom_layer.MyLinear")
def test_my_linear_has_a_weight_and_a_bias(observe, rng):
    sizes = rng.sample(DISTINCT, 2)
    x = torch.randn(4, sizes[0])

    y, parameters = observe(
        apply_my_linear,
        sizes,
        x,
        call=f"layer = MyLinear{tuple(sizes)}; layer(x); layer.named_parameters()",
    )

    expect_weight_and_bias(parameters, sizes)
    expect_close(
        y,
        my_linear(parameters, x),
        "MyLinear does not compute relu(x @ weight + bias) with its own parameters.",
    )


@exercise("custom_layer.MyLinear")
@pytest.mark.parametrize("leading", [0, 1, 3], ids=["vector", "batch", "three_dims"])
def test_my_linear_computes_its_formula(observe, rng, leading):
    sizes = rng.sample(DISTINCT, 2)
    state = my_linear_state(sizes)
    x = torch.randn(*rng.sample(DISTINCT, leading), sizes[0])

    y = observe(
        run_my_linear,
        state,
        x,
        call=f"MyLinear{tuple(sizes)}(x) with x {tuple(x.shape)}, its state loaded",
    )

    expect_close(
        y,
        my_linear(state, x),
        "MyLinear does not compute relu(x @ weight + bias).",
        slips={
            "the ReLU is missing": x @ state["weight"] + state["bias"],
            "the bias is not added": (x @ state["weight"]).relu(),
            "the bias is added after the ReLU": (
                (x @ state["weight"]).relu() + state["bias"]
            ),
            "leading dimensions are flattened away": (
                my_linear(state, x.reshape(-1, sizes[0]))
            ),
        },
    )


@exercise("custom_layer.MyLinear", weight=2)
def test_my_linear_learns(observe, rng):
    sizes = rng.sample(DISTINCT, 2)
    x = torch.randn(32, sizes[0])
    upstream = torch.randn(32, sizes[1])

    before, gradients, after, y, unregistered = observe(
        train_my_linear,
        sizes,
        x,
        upstream,
        call=f"one step of SGD on MyLinear{tuple(sizes)}, then its output",
    )

    expect_true(
        not unregistered,
        "Parameters of MyLinear are not registered.",
        expected="weight and bias among the parameters",
        got=f"{' and '.join(unregistered)} only as a tensor",
        cause="only an nn.Parameter is registered; nn.Parameter(t) * 0.1 is none, "
        "nn.Parameter(t * 0.1) is",
    )
    expect_weight_and_bias(before, sizes)
    expect_weight_and_bias(after, sizes)
    known = {name: p.clone().requires_grad_() for name, p in before.items()}
    my_linear(known, x).backward(upstream)
    for name in ("weight", "bias"):
        expect_close(
            gradients.get(name),
            known[name].grad,
            f"The gradient of MyLinear's {name} is wrong.",
            rtol=1e-4,
            atol=1e-4,
            slips={
                "`.data` and detach() cut the result off from the parameter": (
                    lambda g: g is None
                )
            },
        )
        expect_close(
            after[name],
            before[name] - 0.1 * known[name].grad,
            f"A step of SGD does not train MyLinear's {name}.",
            rtol=1e-4,
            atol=1e-4,
        )
    expect_close(
        y,
        my_linear(after, x),
        "After a step of SGD, MyLinear does not compute with the trained parameters.",
        rtol=1e-4,
        atol=1e-4,
        slips={"it computes with copies of them": my_linear(before, x)},
    )


@exercise("custom_layer.MyLinear")
def test_my_linear_starts_at_random_weights(observe, rng):
    sizes = rng.sample(DISTINCT, 2)

    first, second = observe(
        fresh_my_linear, sizes, call=f"MyLinear{tuple(sizes)}.weight, twice"
    )

    expect_true(
        first.shape == second.shape
        and not torch.equal(first, second)
        and first.unique().numel() > 1,
        "MyLinear's weight does not start at random values.",
        expected="other values in every layer",
        got="the same",
        cause="units that start with equal weights learn the same",
    )


@exercise("custom_layer.MyLinear")
def test_my_linear_follows_to_double(observe, rng):
    sizes = rng.sample(DISTINCT, 2)
    state = my_linear_state(sizes)
    x = torch.randn(3, sizes[0], dtype=torch.float64)

    y = observe(run_my_linear, state, x, call="MyLinear(…).double()(x.double())")

    expect_close(
        y,
        my_linear({name: p.double() for name, p in state.items()}, x),
        "MyLinear does not follow to double.",
    )


# QuadraticReduction


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


@exercise("custom_layer.QuadraticReduction", weight=2)
@pytest.mark.parametrize("leading", [0, 1, 2], ids=["vector", "batch", "two_dims"])
def test_quadratic_computes_its_sum(observe, rng, leading):
    inner, units, *shape = rng.sample(DISTINCT, 2 + leading)
    weight = torch.randn(inner, inner, units)
    x = torch.randn(*shape, inner)

    y = observe(
        run_quadratic,
        weight,
        x,
        call=f"QuadraticReduction({inner}, {units})(x) with x {tuple(x.shape)}",
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


@exercise("custom_layer.QuadraticReduction")
def test_quadratic_keeps_inputs_of_a_batch_apart(observe, rng):
    inner, units = rng.sample(range(2, 5), 2)
    weight, x = torch.randn(inner, inner, units), torch.randn(256, inner)

    y, largest = observe(
        largest_in_quadratic,
        weight,
        x,
        call=f"QuadraticReduction({inner}, {units})(x) with x (256, {inner})",
    )

    expect_true(
        largest < 256 * 256,
        "QuadraticReduction combines every input of a batch with every other.",
        expected=f"tensors that grow with the batch, such as (256, {inner}, {inner})",
        got=f"a tensor of {largest} entries",
        cause="x @ W @ x.T pairs all inputs; only its diagonal matters",
    )
    expect_close(
        y,
        quadratic(weight, x),
        "QuadraticReduction is wrong for a large batch.",
        rtol=1e-4,
        atol=1e-4,
    )


@exercise("custom_layer.QuadraticReduction")
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


@exercise("custom_layer.QuadraticReduction")
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


@exercise("custom_layer.QuadraticReduction")
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
            f"QuadraticReduction's gradient in {name} is wrong.",
            rtol=1e-4,
            atol=1e-4,
            slips=cut,
        )


@exercise("custom_layer.QuadraticReduction")
def test_quadratic_starts_at_a_random_weight(observe, rng):
    inner, units = rng.sample(DISTINCT, 2)

    first, second = observe(
        fresh_quadratic,
        [inner, units],
        call=f"QuadraticReduction({inner}, {units}).weight, twice",
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


# HalfSpectrum


def apply_spectrum(ex: Any, x: Tensor) -> Tensor:
    return ex.HalfSpectrum()(x)


def spectrum_gradient(ex: Any, x: Tensor, upstream: Tensor) -> Tensor | None:
    x = x.requires_grad_()
    return gradient_of(ex.HalfSpectrum()(x.clone()), x, upstream)


def dft(x: Tensor, count: int) -> Tensor:
    """Return the first `count` Fourier coefficients of the last axis, by the sum."""
    n = x.shape[-1]
    steps = torch.outer(torch.arange(n), torch.arange(count)) % n
    angles = -2 * torch.pi * steps.double() / n
    waves = torch.polar(torch.ones_like(angles), angles)
    kind = torch.complex128 if x.dtype == torch.float64 else torch.complex64
    return (x.to(waves.dtype) @ waves).to(kind)


def expect_spectrum(y: Tensor, x: Tensor) -> None:
    n = x.shape[-1]
    expected = dft(x, n // 2 + 1)
    over_all = torch.fft.fftn(x)[..., : n // 2 + 1]
    expect_close(
        y,
        expected,
        "HalfSpectrum does not give the first n // 2 + 1 Fourier coefficients.",
        rtol=1e-4,
        atol=1e-4,
        slips={
            "fftn transforms the batch too; only the last axis is to be": (
                lambda y: x.dim() > 1 and y.dim() == x.dim() and same(y, over_all)
            ),
            "coefficient n // 2 is missing: a slice ends before its end": (
                lambda y: y.shape[-1] == n // 2
            ),
            "(n + 1) // 2 is n // 2 + 1 only for odd n": (
                lambda y: n % 2 == 0 and y.shape[-1] == (n + 1) // 2
            ),
            "the coefficients are complex, not their sizes or real parts": (
                lambda y: not y.is_complex() and y.shape == expected.shape
            ),
            "another axis than the last one is transformed": (
                lambda y: has_other_axis_halved(y.shape, x.shape)
            ),
            "all n coefficients are there, not the first n // 2 + 1": (
                lambda y: n > 2 and y.shape[-1] == n
            ),
            "the coefficients are not divided by n or its root": (
                lambda y: same(y * n**0.5, expected) or same(y * n, expected)
            ),
            "the exponent has a minus sign": expected.conj().resolve_conj(),
        },
    )


def has_other_axis_halved(shape: torch.Size, before: torch.Size) -> bool:
    return len(shape) == len(before) > 1 and any(
        shape == (*before[:i], before[i] // 2 + 1, *before[i + 1 :])
        for i in range(len(before) - 1)
    )


def same(a: Tensor, b: Tensor) -> bool:
    wide = torch.complex128
    return a.shape == b.shape and torch.allclose(a.to(wide), b.to(wide), 1e-4, 1e-4)


@exercise("custom_layer.HalfSpectrum", weight=2)
@pytest.mark.parametrize("dims", [1, 2, 3], ids=["vector", "matrix", "three_dims"])
@pytest.mark.parametrize("odd", [False, True], ids=["even", "odd"])
def test_half_spectrum_is_of_the_last_axis(observe, rng, dims, odd):
    n = rng.choice([5, 7, 9] if odd else [4, 6, 8])
    shape = rng.sample([2, 3, 10, 11], dims - 1)
    x = torch.randn(*shape, n)

    y = observe(apply_spectrum, x, call=f"HalfSpectrum()(x) with x {tuple(x.shape)}")

    expect_spectrum(y, x)


@exercise("custom_layer.HalfSpectrum")
@pytest.mark.parametrize("n", [1, 2, 3])
def test_half_spectrum_of_a_short_axis(observe, rng, n):
    x = torch.randn(rng.randrange(4, 8), n)

    y = observe(apply_spectrum, x, call=f"HalfSpectrum()(x) with x {tuple(x.shape)}")

    expect_spectrum(y, x)


@exercise("custom_layer.HalfSpectrum")
def test_half_spectrum_of_double_is_complex128(observe, rng):
    x = torch.randn(3, rng.choice([4, 5, 6, 7]), dtype=torch.float64)

    y = observe(apply_spectrum, x, call="HalfSpectrum()(x) with x of torch.float64")

    expect_equal(
        str(y.dtype), "torch.complex128", "HalfSpectrum does not keep the precision."
    )
    expect_close(
        y,
        dft(x, x.shape[-1] // 2 + 1),
        "HalfSpectrum loses precision in double.",
        rtol=1e-10,
        atol=1e-10,
        slips={"a part of the computation is in single precision": lambda _: True},
    )


@exercise("custom_layer.HalfSpectrum")
def test_half_spectrum_passes_gradients(observe, rng):
    n = rng.choice([4, 5, 6, 7])
    x = torch.randn(3, n)
    upstream = torch.randn(3, n // 2 + 1, dtype=torch.complex64)

    gradient = observe(
        spectrum_gradient, x, upstream, call="y = HalfSpectrum()(x); y.backward(…)"
    )

    leaf = x.clone().requires_grad_()
    dft(leaf, n // 2 + 1).backward(upstream)
    expect_close(
        gradient,
        leaf.grad,
        "The gradient of HalfSpectrum is wrong.",
        rtol=1e-4,
        atol=1e-4,
        slips={"the result is detached: no gradient reaches x": lambda g: g is None},
    )
