"""Custom layers: values, gradients, state, and the edges of each definition."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from grader.observe import (
    expect_close,
    expect_equal,
    expect_error,
    expect_true,
)

exercise = pytest.mark.exercise

DISTINCT = range(2, 12)  # drawn from without repeats, so that no shape is square


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


# RMSNorm


def apply_rms(ex: Any, weight: Tensor, eps: float, x: Tensor) -> Tensor:
    layer = ex.RMSNorm(len(weight), eps)
    layer.load_state_dict({"weight": weight})
    return layer(x)


def apply_rms_by_default(ex: Any, x: Tensor, dtype: torch.dtype) -> Tensor:
    return ex.RMSNorm(x.shape[-1]).to(dtype)(x)


def train_rms(
    ex: Any, x: Tensor, upstream: Tensor
) -> tuple[dict[str, Tensor], list[Tensor | None]]:
    layer = ex.RMSNorm(x.shape[-1])
    parameters = dict(layer.named_parameters())
    leaves = [*parameters.values(), x.requires_grad_()]
    return parameters, gradients_of(layer(x), leaves, upstream)


def rms(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    wide = x.double()
    scale = (wide.pow(2).sum(-1, keepdim=True) / x.shape[-1] + eps).sqrt()
    return (wide / scale * weight).to(x.dtype)


def rms_slips(x: Tensor, weight: Tensor, eps: float) -> dict[str, Tensor]:
    root = x.square().mean(-1, keepdim=True).sqrt()
    centered = x - x.mean(-1, keepdim=True)
    variance = centered.square().mean(-1, keepdim=True)
    return {
        "eps is added to the root, not under it": x / (root + eps) * weight,
        "eps is left out": x / root * weight,
        "the mean is subtracted, as LayerNorm does": (
            centered / (variance + eps).sqrt() * weight
        ),
        "the root is that of the variance, not of the mean square": (
            x / (variance + eps).sqrt() * weight
        ),
        "the mean goes over all entries, not over the last axis": (
            x / (x.square().mean() + eps).sqrt() * weight
        ),
        "the squares are summed, not averaged": (
            x / (x.square().sum(-1, keepdim=True) + eps).sqrt() * weight
        ),
        "the root is missing": x / (root.square() + eps) * weight,
        "the weight is left out": x / (root.square() + eps).sqrt(),
    }


@exercise("custom_layer.RMSNorm")
@pytest.mark.parametrize("leading", [0, 1, 3], ids=["vector", "batch", "three_dims"])
def test_rms_norm_agrees_with_nn_rms_norm(observe, rng, leading):
    d, *shape = rng.sample(DISTINCT, 1 + leading)
    weight, x = torch.randn(d), torch.randn(*shape, d)
    theirs = nn.RMSNorm(d, eps=1e-6)
    theirs.load_state_dict({"weight": weight})

    y = observe(
        apply_rms, weight, 1e-6, x, call=f"RMSNorm({d})(x) with x {tuple(x.shape)}"
    )

    expect_close(
        y,
        theirs(x),
        "RMSNorm does not agree with nn.RMSNorm.",
        rtol=1e-4,
        atol=1e-5,
        slips=rms_slips(x, weight, 1e-6),
    )


@exercise("custom_layer.RMSNorm")
@pytest.mark.parametrize("eps", [0.1, 1e-3])
def test_rms_norm_of_small_entries_depends_on_eps(observe, rng, eps):
    d = rng.choice(DISTINCT)
    weight, x = torch.rand(d) + 1, torch.randn(3, d) * eps**0.5
    x[rng.randrange(3)] = 0

    y = observe(
        apply_rms, weight, eps, x, call=f"RMSNorm({d}, eps={eps:g})(x), x small"
    )

    expect_close(
        y,
        rms(x, weight, eps),
        "RMSNorm does not add eps to the mean square.",
        rtol=1e-4,
        atol=1e-5,
        slips=rms_slips(x, weight, eps)
        | {
            "0 / 0 is NaN": lambda y: bool(y.isnan().any()),
            "the eps that is given is not used": rms(x, weight, 1e-6),
        },
    )


@exercise("custom_layer.RMSNorm")
def test_rms_norm_has_an_eps_by_default(observe, rng):
    x = torch.randn(3, rng.choice(DISTINCT)) * 1e-3
    weight = torch.ones(x.shape[-1])

    y = observe(
        apply_rms_by_default, x, x.dtype, call="RMSNorm(d)(x) with x of about 0.001"
    )

    expect_close(
        y,
        rms(x, weight, 1e-6),
        "RMSNorm does not have eps = 1e-6 by default.",
        rtol=1e-4,
        atol=1e-5,
        slips=rms_slips(x, weight, 1e-6),
    )


@exercise("custom_layer.RMSNorm")
@pytest.mark.parametrize("cast", [False, True], ids=["float32_weight", "half_weight"])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_rms_norm_of_half_precision(observe, rng, dtype, cast):
    d = rng.choice(DISTINCT)
    x = (torch.randn(4, d) * 3000).to(dtype)

    y = observe(
        apply_rms_by_default,
        x,
        dtype if cast else torch.float32,
        call=f"RMSNorm({d})(x) with x of {dtype}, entries in the thousands",
    )

    expect_equal(
        str(y.dtype),
        str(dtype),
        "RMSNorm does not keep the dtype of its input.",
        slips={"the last step is to go back: .to(x.dtype)": "torch.float32"},
    )
    expect_close(
        y,
        rms(x, torch.ones(d), 1e-6),
        f"RMSNorm is wrong for {dtype}.",
        rtol=2e-2 if dtype == torch.bfloat16 else 4e-3,
        atol=1e-2 if dtype == torch.bfloat16 else 1e-3,
        slips={
            "squares overflow in float16: compute in float32": (
                lambda y: not y.isfinite().all() or not y.any(dim=-1).all()
            )
        },
    )


@exercise("custom_layer.RMSNorm")
def test_rms_norm_of_double_stays_double(observe, rng):
    x = torch.randn(3, rng.choice(DISTINCT), dtype=torch.float64)

    y = observe(
        apply_rms_by_default, x, x.dtype, call="RMSNorm(d).double()(x.double())"
    )

    expect_close(
        y,
        rms(x, torch.ones(x.shape[-1]), 1e-6),
        "RMSNorm is wrong for float64.",
        rtol=1e-4,
        atol=1e-5,
        slips={
            "float32 is only for half precision": lambda y: y.dtype == torch.float32
        },
    )


@exercise("custom_layer.RMSNorm")
def test_rms_norm_learns_its_weight(observe, rng):
    d = rng.choice(DISTINCT)
    x, upstream = torch.randn(4, d), torch.randn(4, d)

    parameters, gradients = observe(
        train_rms, x, upstream, call=f"y = RMSNorm({d})(x); y.backward(…)"
    )

    expect_equal(
        list(parameters),
        ["weight"],
        "weight is not RMSNorm's only parameter.",
        slips={"a tensor that is no nn.Parameter is not learned": []},
    )
    expect_equal(
        parameters["weight"], torch.ones(d), "RMSNorm's weight does not start at one."
    )
    weight, leaf = torch.ones(d, requires_grad=True), x.clone().requires_grad_()
    rms(leaf, weight, 1e-6).backward(upstream)
    for name, got, expected in zip(
        ("weight", "x"), gradients, (weight.grad, leaf.grad), strict=False
    ):
        expect_close(
            got,
            expected,
            f"RMSNorm's gradient in {name} is wrong.",
            rtol=1e-3,
            atol=1e-4,
            slips={"`.data`, detach() or item() cut it off": lambda g: g is None},
        )


# Dropout


def drop(ex: Any, p: float, x: Tensor) -> tuple[Tensor, Tensor]:
    return ex.Dropout(p)(x), x


def drop_twice(ex: Any, p: float, x: Tensor) -> tuple[Tensor, Tensor]:
    layer = ex.Dropout(p)
    return layer(x), layer(x)


def drop_in_both_modes(ex: Any, p: float, x: Tensor) -> tuple[Tensor, Tensor]:
    layer = ex.Dropout(p)
    return layer.eval()(x), layer.train()(x)


def drop_none_and_all(ex: Any, x: Tensor) -> tuple[Tensor, Tensor]:
    return ex.Dropout(0)(x), ex.Dropout(1)(x)


def drop_gradient(
    ex: Any, p: float, x: Tensor, upstream: Tensor
) -> tuple[Tensor, Tensor | None]:
    x = x.requires_grad_()
    y = ex.Dropout(p)(x.clone())
    return y, gradient_of(y, x, upstream)


def make_dropout(ex: Any, p: float) -> None:
    ex.Dropout(p)


def without_zeros(*shape: int) -> Tensor:
    """Return random entries of both signs, none of them near zero."""
    return (torch.rand(*shape) + 0.5) * (torch.randint(2, shape) * 2 - 1)


def expect_like(y: Tensor, x: Tensor) -> None:
    expect_equal(
        [str(y.dtype), list(y.shape)],
        [str(x.dtype), list(x.shape)],
        "Dropout does not keep dtype and shape.",
    )


def expect_dropped(y: Tensor, x: Tensor, p: float) -> None:
    """Expect every entry to be zero, or the input's over 1 - p."""
    expect_like(y, x)
    zero = torch.zeros((), dtype=x.dtype)
    expect_close(
        y,
        torch.where(y == 0, zero, x / (1 - p)),
        "Dropout does not divide the entries that it keeps by 1 - p.",
        slips={
            "entries that are kept are not scaled": torch.where(y == 0, zero, x),
            "entries that are kept are multiplied by 1 - p": (
                torch.where(y == 0, zero, x * (1 - p))
            ),
            "p is the probability of zero, not of being kept": (
                torch.where(y == 0, zero, x / p)
            ),
        },
    )


@exercise("custom_layer.Dropout", weight=2)
def test_dropout_zeroes_entries_with_probability_p(observe, rng):
    p = rng.choice([0.3, 0.35, 0.65, 0.7])
    x = without_zeros(100, 100)

    y, after = observe(drop, p, x, call=f"Dropout({p})(x) with x (100, 100)")

    expect_dropped(y, x, p)
    dropped = y == 0
    patterns = [dropped.unique(dim=0).shape[0], dropped.unique(dim=1).shape[1]]
    expect_true(
        min(patterns) == 100,
        "Dropout does not draw each entry on its own.",
        expected="another pattern of zeros in every row and column",
        got=f"{patterns[0]} patterns in 100 rows, {patterns[1]} in 100 columns",
        cause="draw as many numbers as x has entries: torch.rand(x.shape)",
    )
    share = dropped.float().mean().item()
    expect_true(
        abs(share - p) < 0.05,  # ten standard deviations
        "Dropout does not zero entries with probability p.",
        expected=f"about {p:.0%} zeros",
        got=f"{share:.1%}",
        cause="p is the probability of zero, not of being kept"
        if abs(share - (1 - p)) < 0.05
        else None,
    )
    expect_equal(
        after,
        x,
        "Dropout changes the caller's tensor.",
        slips={"x *= … and x[…] = 0 work on x itself": lambda _: True},
    )


@exercise("custom_layer.Dropout")
def test_dropout_draws_anew_at_every_call(observe, rng):
    p = rng.choice([0.3, 0.7])
    x = without_zeros(100, rng.choice(DISTINCT))

    first, second = observe(
        drop_twice, p, x, call=f"layer = Dropout({p}); layer(x); layer(x)"
    )

    expect_dropped(first, x, p)
    expect_dropped(second, x, p)
    expect_true(
        not torch.equal(first == 0, second == 0),
        "Dropout zeroes the same entries at every call.",
        expected="other zeros at the second call",
        got="the same",
        cause="the mask must be drawn in forward, at every call, without manual_seed",
    )


@exercise("custom_layer.Dropout", weight=2)
def test_dropout_changes_nothing_in_eval_mode(observe, rng):
    p = rng.choice([0.3, 0.7])
    x = without_zeros(100, rng.choice(DISTINCT))

    in_eval, in_train = observe(
        drop_in_both_modes, p, x, call=f"Dropout({p}).eval()(x), then .train()"
    )

    expect_close(
        in_eval,
        x,
        "In eval mode, Dropout is not the identity.",
        slips={
            "self.training says which mode it is": lambda y: bool((y == 0).any()),
            "inverted dropout scales in training only": x * (1 - p),
            "the scaling belongs to training only": x / (1 - p),
        },
    )
    expect_dropped(in_train, x, p)
    expect_true(
        bool((in_train == 0).any()),
        "Back in training mode, Dropout zeroes nothing.",
        expected="zeros",
        got="none",
        cause="self.training belongs to nn.Module: train() and eval() set it",
    )


@exercise("custom_layer.Dropout")
def test_dropout_of_none_and_of_all(observe, rng):
    x = without_zeros(*rng.sample(DISTINCT, 2))

    none, every = observe(drop_none_and_all, x, call="Dropout(0)(x), Dropout(1)(x)")

    expect_close(none, x, "With p = 0, Dropout does not keep every entry.")
    expect_close(
        every,
        torch.zeros_like(x),
        "With p = 1, Dropout does not zero every entry.",
        slips={"0 / (1 - p) is 0 / 0, which is NaN": lambda y: bool(y.isnan().any())},
    )


@exercise("custom_layer.Dropout")
@pytest.mark.parametrize("p", [-0.1, 1.1])
def test_dropout_refuses_what_is_no_probability(observe, p):
    raised = observe.error(make_dropout, p, call=f"Dropout({p})")

    expect_error(
        raised,
        ValueError,
        "Dropout takes a p that is no probability.",
        cause="check 0 <= p <= 1 in __init__",
    )


@exercise("custom_layer.Dropout")
def test_dropout_gives_gradients_the_same_factors(observe, rng):
    p = rng.choice([0.3, 0.7])
    x = without_zeros(100, rng.choice(DISTINCT))
    upstream = torch.randn_like(x)

    y, gradient = observe(
        drop_gradient, p, x, upstream, call=f"y = Dropout({p})(x); y.backward(…)"
    )

    expect_dropped(y, x, p)
    expect_close(
        gradient,
        torch.where(y == 0, torch.zeros(()), upstream / (1 - p)),
        "The gradient of Dropout does not have the factors of its result.",
        slips={"the result is detached: no gradient reaches x": lambda g: g is None},
    )


@exercise("custom_layer.Dropout")
@pytest.mark.parametrize("dtype", [torch.float64, torch.float16])
def test_dropout_keeps_the_dtype(observe, rng, dtype):
    x = without_zeros(20, rng.choice(DISTINCT)).to(dtype)

    y, _ = observe(drop, 0.5, x, call=f"Dropout(0.5)(x) with x of {dtype}")

    expect_equal(
        str(y.dtype),
        str(dtype),
        "Dropout does not keep the dtype of its input.",
        slips={"torch.rand and .float() give float32": "torch.float32"},
    )
    expect_dropped(y, x, 0.5)


# RunningStandardize


STATE = ["num_batches_tracked", "running_mean", "running_var"]


def standardize_batches(
    ex: Any, d: int, momentum: float, batches: list[Tensor]
) -> tuple[list[Tensor], dict[str, Tensor], list[Tensor]]:
    layer = ex.RunningStandardize(d, momentum)
    return [layer(x) for x in batches], layer.state_dict(), batches


def standardize_in_eval(
    ex: Any, momentum: float, state: dict[str, Tensor], x: Tensor
) -> tuple[Tensor, dict[str, Tensor]]:
    layer = ex.RunningStandardize(x.shape[-1], momentum)
    layer.load_state_dict(state)
    return layer.eval()(x), layer.state_dict()


def state_of_standardize(
    ex: Any, d: int
) -> tuple[dict[str, Tensor], list[str], dict[str, Tensor]]:
    layer = ex.RunningStandardize(d, 0.1)
    state = {name: t.clone() for name, t in layer.state_dict().items()}
    parameters = [name for name, _ in layer.named_parameters()]
    return state, parameters, layer.double().state_dict()


def standardize_gradient(
    ex: Any, batches: list[Tensor], upstream: Tensor
) -> tuple[list[str], Tensor | None]:
    layer = ex.RunningStandardize(upstream.shape[-1], 0.3)
    layer(batches[0].requires_grad_())
    leaf = batches[1].requires_grad_()
    y = layer(leaf.clone())
    state = layer.state_dict(keep_vars=True)
    tracked = sorted(name for name, t in state.items() if t.requires_grad)
    return tracked, gradient_of(y, leaf, upstream)


def standardize_one_row(ex: Any, x: Tensor) -> Tensor:
    return ex.RunningStandardize(x.shape[-1], 0.1)(x)


def standardize_in_both_modes(
    ex: Any, state: dict[str, Tensor], x: Tensor
) -> tuple[Tensor, Tensor]:
    layer = ex.RunningStandardize(x.shape[-1], 0.1)
    layer.load_state_dict(state)
    return layer.eval()(x), layer.train()(x)


def columns(n: int, d: int) -> Tensor:
    """Return a batch whose columns differ in mean and spread."""
    shift, spread = 3 * torch.randn(d), torch.rand(d) * 2 + 1
    return torch.randn(n, d) * spread + shift


def expect_state_names(state: dict[str, Tensor]) -> None:
    expect_equal(
        sorted(state),
        STATE,
        "The state dict is not that of nn.BatchNorm1d(d, affine=False).",
        slips={
            "a tensor assigned to self is not saved: register_buffer does that": (
                lambda names: set(names) < set(STATE)
            )
        },
    )


@exercise("custom_layer.RunningStandardize", weight=2)
@pytest.mark.parametrize("count", [1, 3], ids=["one_batch", "three_batches"])
def test_running_standardize_trains_like_batch_norm(observe, rng, count):
    d = rng.choice(DISTINCT)
    momentum = rng.choice([0.1, 0.2, 0.3])
    batches = [columns(rng.randrange(4, 8), d) for _ in range(count)]
    theirs = nn.BatchNorm1d(d, affine=False, momentum=momentum)

    outputs, state, after = observe(
        standardize_batches,
        d,
        momentum,
        batches,
        call=f"RunningStandardize({d}, {momentum}) on {count} training batches",
    )

    expect_equal(len(outputs), count, "There is not one result for each batch.")
    for x, y in zip(batches, outputs, strict=True):
        mean, var = x.mean(0), x.var(0, correction=0)
        expect_close(
            y,
            theirs(x),
            "In training, RunningStandardize does not standardise by the batch.",
            rtol=1e-4,
            atol=1e-4,
            slips={
                "the batch is divided by its unbiased standard deviation": (
                    (x - mean) / (x.var(0) + 1e-5).sqrt()
                ),
                "the batch is divided by its variance, not by the root": (
                    (x - mean) / (var + 1e-5)
                ),
                "statistics over all entries, or over rows, not over columns": (
                    lambda y, x=x: (
                        same(y, (x - x.mean()) / (x.var(correction=0) + 1e-5).sqrt())
                        or same(y, nn.functional.layer_norm(x, x.shape[-1:]))
                    )
                ),
                "the mean is not subtracted": x / (var + 1e-5).sqrt(),
            },
        )
    expect_state_names(state)
    expect_running(state, theirs, batches, momentum)
    expect_equal(
        after,
        batches,
        "RunningStandardize changes the caller's tensor.",
        slips={"x -= … and other in-place operations work on x": lambda _: True},
    )


def expect_running(
    state: dict[str, Tensor],
    theirs: nn.BatchNorm1d,
    batches: list[Tensor],
    momentum: float,
) -> None:
    """Compare the running statistics, and the count, with those of nn.BatchNorm1d."""
    for name, correction in (("running_mean", None), ("running_var", 1)):
        stats = [
            x.mean(0) if correction is None else x.var(0, correction=correction)
            for x in batches
        ]
        biased = [x.var(0, correction=0) for x in batches]
        start = torch.full_like(stats[0], 0.0 if correction is None else 1.0)
        slips = {
            "momentum weighs the batch, 1 - momentum what was there": (
                move(start, stats, 1 - momentum)
            ),
            "the running statistics are not updated": start,
            "only the last batch is kept": stats[-1],
        }
        if correction:
            slips |= {
                "running_var takes the unbiased variance, divided by n - 1": (
                    move(start, biased, momentum)
                ),
                "running_var starts at 1": move(0 * start, stats, momentum),
                "running_var takes the variance, not its root": (
                    move(start, [s.sqrt() for s in stats], momentum)
                ),
            }
        expect_close(
            state[name],
            theirs.state_dict()[name],
            f"{name} does not move towards the batch's statistics.",
            rtol=1e-4,
            atol=1e-4,
            slips=slips,
        )
    expect_equal(
        state["num_batches_tracked"],
        torch.tensor(len(batches)),
        "num_batches_tracked does not count the training batches.",
        slips={
            "it counts rows, not batches": torch.tensor(sum(map(len, batches))),
            "it is a 0-dim int64 tensor": (
                lambda t: t.dtype != torch.int64 or t.dim() != 0
            ),
        },
    )


def move(start: Tensor, stats: list[Tensor], momentum: float) -> Tensor:
    """Move a running statistic towards one batch after the other."""
    for batch in stats:
        start = (1 - momentum) * start + momentum * batch
    return start


@exercise("custom_layer.RunningStandardize")
def test_running_standardize_takes_two_rows_in_training(observe, rng):
    d = rng.choice(DISTINCT)
    middle, distance = 3 * torch.randn(d), torch.rand(d) + 1
    batch = torch.stack([middle - distance, middle + distance])
    theirs = nn.BatchNorm1d(d, affine=False, momentum=0.3)

    (y,), state, _ = observe(
        standardize_batches,
        d,
        0.3,
        [batch],
        call=f"RunningStandardize({d}, 0.3)(x) with x (2, {d}), in training",
        causes={r"ValueError": "two rows have a variance: fewer than two have none"},
    )

    expect_close(
        y,
        theirs(batch),
        "RunningStandardize does not standardise a batch of two rows.",
        rtol=1e-4,
        atol=1e-4,
    )
    expect_state_names(state)
    expect_running(state, theirs, [batch], 0.3)


@exercise("custom_layer.RunningStandardize")
def test_running_standardize_adds_epsilon_to_the_variance(observe, rng):
    d = rng.choice(DISTINCT)
    x = torch.randn(6, d) * 3e-3
    x[:, rng.randrange(d)] = 0
    mean, var = torch.zeros(d), x.var(0)
    state = {
        "running_mean": mean,
        "running_var": var,
        "num_batches_tracked": torch.tensor(1),
    }

    in_eval, in_train = observe(
        standardize_in_both_modes,
        state,
        x,
        call=f"RunningStandardize({d}, 0.1)(x) in eval mode and in training, columns "
        "of small variance",
    )

    batch_mean, batch_var = x.mean(0), x.var(0, correction=0)
    for y, m, v, mode in (
        (in_eval, mean, var, "eval mode"),
        (in_train, batch_mean, batch_var, "training"),
    ):
        expect_close(
            y,
            (x - m) / (v + 1e-5).sqrt(),
            f"In {mode}, RunningStandardize does not divide by sqrt(var + 1e-5).",
            rtol=1e-3,
            atol=1e-4,
            slips={
                "a constant column has no variance: 0 / 0 is NaN": (
                    lambda y: bool(y.isnan().any())
                ),
                "1e-5 belongs under the root, not to it": (x - m) / (v.sqrt() + 1e-5),
            },
        )


@exercise("custom_layer.RunningStandardize")
@pytest.mark.parametrize("n", [1, 5], ids=["one_row", "batch"])
def test_running_standardize_uses_its_running_statistics_in_eval(observe, rng, n):
    d = rng.choice(DISTINCT)
    x = columns(n, d)
    theirs = nn.BatchNorm1d(d, affine=False, momentum=0.5)
    theirs(columns(6, d))
    theirs.eval()
    state = {name: t.clone() for name, t in theirs.state_dict().items()}

    y, after = observe(
        standardize_in_eval,
        0.5,
        state,
        x,
        call=f"RunningStandardize({d}, 0.5).eval()(x), the state of a BatchNorm1d "
        "loaded",
    )

    batch = (x - x.mean(0)) / (x.var(0, correction=0) + 1e-5).sqrt()
    expect_close(
        y,
        theirs(x),
        "In eval mode, RunningStandardize does not use the running statistics.",
        rtol=1e-4,
        atol=1e-4,
        slips={"the batch's statistics are used in eval mode too": batch},
    )
    expect_state_names(after)
    for name in STATE:
        expect_equal(
            after[name],
            state[name],
            f"{name} changes in eval mode.",
            slips={"only training updates the running statistics": lambda _: True},
        )


@exercise("custom_layer.RunningStandardize", weight=2)
def test_running_standardize_has_state_but_no_parameters(observe, rng):
    d = rng.choice(DISTINCT)

    state, parameters, double = observe(
        state_of_standardize, d, call=f"RunningStandardize({d}, 0.1).state_dict()"
    )

    expect_state_names(state)
    expect_equal(
        parameters,
        [],
        "Running statistics are parameters.",
        slips={"an nn.Parameter is trained: use register_buffer": lambda _: True},
    )
    for name, start in (
        ("running_mean", torch.zeros(d)),
        ("running_var", torch.ones(d)),
        ("num_batches_tracked", torch.tensor(0)),
    ):
        expect_equal(state[name], start, f"{name} does not start as it should.")
    expect_state_names(double)
    expect_equal(
        [str(double[name].dtype) for name in STATE],
        ["torch.int64", "torch.float64", "torch.float64"],
        "The state does not follow to double, or the count does.",
    )


@exercise("custom_layer.RunningStandardize")
def test_running_standardize_tracks_its_batch_but_not_its_state(observe, rng):
    d = rng.choice(DISTINCT)
    batches = [columns(5, d) for _ in range(2)]
    upstream = torch.randn(5, d)

    tracked, gradient = observe(
        standardize_gradient,
        batches,
        upstream,
        call=f"y = RunningStandardize({d}, 0.3)(x); y.backward(…), second batch",
    )

    expect_equal(
        tracked,
        [],
        "Autograd tracks the running statistics.",
        slips={
            "update them under torch.no_grad(), or with detached values: else they "
            "keep the graph of every batch alive": lambda _: True
        },
    )
    leaf = batches[-1].clone().requires_grad_()
    nn.functional.batch_norm(leaf, None, None, training=True).backward(upstream)
    var = batches[-1].var(0, correction=0)
    expect_close(
        gradient,
        leaf.grad,
        "Gradients do not flow through mean and variance of the batch.",
        rtol=1e-3,
        atol=1e-4,
        slips={
            "the result is detached: no gradient reaches x": lambda g: g is None,
            "no_grad() or detach() makes constants of mean and variance; it belongs "
            "around the update only": upstream / (var + 1e-5).sqrt(),
        },
    )


@exercise("custom_layer.RunningStandardize")
def test_running_standardize_refuses_one_row_in_training(observe, rng):
    d = rng.choice(DISTINCT)

    raised = observe.error(
        standardize_one_row,
        torch.randn(1, d),
        call=f"RunningStandardize({d}, 0.1)(x) with x (1, {d}), in training",
    )

    expect_error(
        raised,
        ValueError,
        "RunningStandardize takes one row in training.",
        cause="n - 1 is 0: the unbiased variance of one row is NaN, and stays in the "
        "running one for ever",
    )


# CausalMask


def mask(ex: Any, max_len: int, scores: Tensor) -> tuple[Tensor, Tensor]:
    return ex.CausalMask(max_len)(scores), scores


def state_of_mask(
    ex: Any, max_len: int, scores: Tensor
) -> tuple[list[str], list[str], list[str], Tensor]:
    layer = ex.CausalMask(max_len)
    y = layer(scores)
    names = list(layer.state_dict())
    parameters = [name for name, _ in layer.named_parameters()]
    return names, parameters, [b.device.type for b in layer.to("meta").buffers()], y


def mask_gradient(
    ex: Any, max_len: int, scores: Tensor, upstream: Tensor
) -> Tensor | None:
    scores = scores.requires_grad_()
    return gradient_of(ex.CausalMask(max_len)(scores.clone()), scores, upstream)


def masked(scores: Tensor, diagonal: int = 1) -> Tensor:
    n = scores.shape[-1]
    rows, places = torch.arange(n).unsqueeze(1), torch.arange(n)
    return torch.where(places - rows >= diagonal, -torch.inf, scores)


def mask_slips(scores: Tensor) -> dict[str, Any]:
    n = scores.shape[-1]
    upper = torch.ones(n, n).triu(1).bool()
    return {
        "the diagonal is to be kept: a query sees its own key": masked(scores, 0),
        "the past is hidden, not the future: -inf belongs above the diagonal": (
            masked(scores.mT).mT
        ),
        "0 * -inf is NaN: fill with -inf, do not multiply": (
            lambda y: bool(y.isnan().any())
        ),
        "a large negative number is not -inf": (
            lambda y: (y[..., upper] < -1e3).all() and y[..., upper].isfinite().all()
        ),
        "after softmax, a score of 0 is not hidden: -inf is": (
            scores.masked_fill(upper, 0)
        ),
        "the mask is returned, not the masked scores": (
            lambda y: y.shape[-2:] == (n, n) and not y.isinf().logical_xor(y == 0).any()
        ),
    }


@exercise("custom_layer.CausalMask")
@pytest.mark.parametrize("leading", [0, 1, 2], ids=["matrix", "batch", "heads"])
@pytest.mark.parametrize("spare", [0, 3], ids=["longest", "shorter"])
def test_causal_mask_hides_what_is_above_the_diagonal(observe, rng, leading, spare):
    n = rng.choice(DISTINCT)
    scores = torch.randn(*rng.sample(DISTINCT, leading), n, n)

    y, after = observe(
        mask,
        n + spare,
        scores,
        call=f"CausalMask({n + spare})(scores) with scores {tuple(scores.shape)}",
    )

    expect_close(
        y,
        masked(scores),
        "CausalMask does not put -inf above the diagonal, and there alone.",
        slips=mask_slips(scores),
    )
    expect_equal(
        after,
        scores,
        "CausalMask changes the caller's tensor.",
        slips={"masked_fill_ and scores[…] = … work on it in place": lambda _: True},
    )


@exercise("custom_layer.CausalMask")
def test_causal_mask_refuses_what_is_too_long(observe, rng):
    max_len = rng.choice(DISTINCT)
    n = max_len + rng.choice([1, 2])

    raised = observe.error(
        mask,
        max_len,
        torch.randn(2, n, n),
        call=f"CausalMask({max_len})(scores) with scores (2, {n}, {n})",
    )

    expect_error(
        raised,
        ValueError,
        "CausalMask does not raise a ValueError for more than max_len positions.",
        cause="nothing compares the size of the scores with max_len",
    )


@exercise("custom_layer.CausalMask", weight=2)
def test_causal_mask_is_a_buffer_that_is_not_saved(observe, rng):
    n = rng.choice(DISTINCT)
    scores = torch.randn(n, n)

    names, parameters, devices, y = observe(
        state_of_mask,
        n + 2,
        scores,
        call=f"CausalMask({n + 2}).state_dict(), and its buffers after to('meta')",
    )

    expect_equal(
        parameters,
        [],
        "CausalMask has parameters.",
        slips={"a mask is not trained: make it a buffer": lambda _: True},
    )
    expect_equal(
        names,
        [],
        "The mask is in the state dict.",
        slips={"register_buffer(…, persistent=False) leaves it out": lambda _: True},
    )
    expect_equal(
        sorted(set(devices)),
        ["meta"],
        "The mask is not a buffer that follows the layer to other devices.",
        slips={
            "a tensor assigned to self stays where it is: register_buffer moves it": []
        },
    )
    expect_close(y, masked(scores), "CausalMask does not put -inf above the diagonal.")


@exercise("custom_layer.CausalMask")
@pytest.mark.parametrize("dtype", [torch.float64, torch.float16])
def test_causal_mask_keeps_the_dtype_of_the_scores(observe, rng, dtype):
    n = rng.choice(DISTINCT)
    scores = torch.randn(2, n, n, dtype=dtype)

    y, _ = observe(
        mask, n, scores, call=f"CausalMask({n})(scores) with scores of {dtype}"
    )

    expect_equal(
        str(y.dtype),
        str(dtype),
        "CausalMask does not keep the dtype of the scores.",
        slips={"a mask of float32 numbers, added, makes it float32": "torch.float32"},
    )
    expect_close(y, masked(scores), f"CausalMask is wrong for {dtype}.")


@exercise("custom_layer.CausalMask")
def test_causal_mask_passes_gradients_to_what_is_kept(observe, rng):
    n = rng.choice(DISTINCT)
    scores, upstream = torch.randn(2, n, n), torch.randn(2, n, n)

    gradient = observe(
        mask_gradient, n, scores, upstream, call=f"CausalMask({n})(scores).backward(…)"
    )

    expect_equal(
        gradient is None,
        False,
        "No gradient reaches the scores.",
        slips={"the result is detached": True},
    )
    expect_equal(
        list(gradient.shape), [2, n, n], "The gradient has another shape than scores."
    )
    expect_close(
        gradient.tril(),
        upstream.tril(),
        "The gradient does not reach the scores that are kept.",
    )


# round_ste


def round_only(ex: Any, x: Tensor) -> tuple[Tensor, Tensor]:
    return ex.round_ste(x), x


def round_gradient(ex: Any, x: Tensor, upstream: Tensor) -> Tensor | None:
    x = x.requires_grad_()
    return gradient_of(ex.round_ste(x), x, upstream)


def quantise_gradient(
    ex: Any, weight: Tensor, step: float, x: Tensor, upstream: Tensor
) -> tuple[Tensor, Tensor | None]:
    weight = weight.requires_grad_()
    y = x @ (ex.round_ste(weight / step) * step)
    return y, gradient_of(y, weight, upstream)


@exercise("custom_layer.round_ste")
@pytest.mark.parametrize("dims", [0, 1, 3], ids=["number", "vector", "three_dims"])
def test_round_ste_rounds_like_torch(observe, rng, dims):
    x = torch.randn(rng.sample(DISTINCT, dims)) * 5 + rng.choice([-8, 8])

    y, after = observe(round_only, x, call=f"round_ste(x) with x {tuple(x.shape)}")

    expect_close(
        y,
        torch.round(x),
        "round_ste does not round to the nearest integer.",
        slips={
            "floor rounds down": x.floor(),
            "trunc and int() cut the digits off": x.trunc(),
            "it is rounded up": x.ceil(),
        },
    )
    expect_equal(
        after,
        x,
        "round_ste changes the caller's tensor.",
        slips={"round_() works on x itself": lambda _: True},
    )


@exercise("custom_layer.round_ste")
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16])
def test_round_ste_rounds_halves_to_even(observe, rng, dtype):
    x = torch.tensor(rng.sample(range(-20, 20), 9), dtype=dtype) + 0.5

    y, _ = observe(round_only, x, call=f"round_ste(x) with x of halves, {dtype}")

    expect_equal(
        str(y.dtype), str(dtype), "round_ste does not keep the dtype of its input."
    )
    expect_close(
        y,
        2 * ((x - 0.5) / 2).ceil(),
        "round_ste does not round halves to the even neighbour.",
        slips={"floor(x + 0.5) rounds halves up": (x + 0.5).floor()},
    )


@exercise("custom_layer.round_ste", weight=2)
@pytest.mark.parametrize("dims", [0, 1, 2], ids=["number", "vector", "matrix"])
def test_round_ste_passes_the_gradient_unchanged(observe, rng, dims):
    x = torch.randn(rng.sample(DISTINCT, dims)) * 5
    upstream = torch.randn_like(x)

    gradient = observe(
        round_gradient,
        x,
        upstream,
        call=f"y = round_ste(x); y.backward(…) with x {tuple(x.shape)}",
    )

    expect_close(
        gradient,
        upstream,
        "round_ste does not pass the gradient unchanged.",
        slips={
            "no gradient reaches x: the result is detached": lambda g: g is None,
            "the gradient of round() itself is 0; is the Function called by its "
            "apply, or by its forward?": torch.zeros_like(x),
            "backward is to return the gradient that it is given, not ones": (
                torch.ones_like(x)
            ),
            "the gradient is rounded too": upstream.round(),
        },
    )


@exercise("custom_layer.round_ste")
def test_round_ste_trains_a_quantised_weight(observe, rng):
    inner, units = rng.sample(DISTINCT, 2)
    weight, x = torch.randn(inner, units), torch.randn(4, inner)
    upstream = torch.randn(4, units)

    y, gradient = observe(
        quantise_gradient,
        weight,
        0.25,
        x,
        upstream,
        call="y = x @ (round_ste(weight / 0.25) * 0.25); y.backward(…)",
    )

    expect_close(
        y,
        x @ (torch.round(weight / 0.25) * 0.25),
        "A layer with weights from round_ste gives wrong outputs.",
        rtol=1e-4,
        atol=1e-5,
    )
    expect_close(
        gradient,
        x.T @ upstream,
        "round_ste does not let a gradient through to the weights.",
        rtol=1e-4,
        atol=1e-5,
        slips={
            "no gradient reaches them": lambda g: g is None,
            "the gradient of round() itself is 0": torch.zeros_like(weight),
        },
    )


# clamp_open


def clamp_only(ex: Any, x: Tensor, lo: float, hi: float) -> tuple[Tensor, Tensor]:
    return ex.clamp_open(x, lo, hi), x


def clamp_gradient(
    ex: Any, x: Tensor, lo: float, hi: float, upstream: Tensor
) -> Tensor | None:
    x = x.requires_grad_()
    return gradient_of(ex.clamp_open(x, lo, hi), x, upstream)


def count_saved_by_clamp(
    ex: Any, x: Tensor, lo: float, hi: float, upstream: Tensor
) -> tuple[int, int, Tensor | None]:
    events = []

    def pack(saved: Tensor) -> Tensor:
        events.append("pack")
        return saved

    def unpack(saved: Tensor) -> Tensor:
        events.append("unpack")
        return saved

    x = x.requires_grad_()
    with torch.autograd.graph.saved_tensors_hooks(pack, unpack):
        y = ex.clamp_open(x, lo, hi)
    gradient = gradient_of(y, x, upstream)
    return events.count("pack"), events.count("unpack"), gradient


def bounds(rng) -> tuple[float, float]:
    """Return two bounds that float16 can hold, far enough apart."""
    return -rng.randrange(1, 5) / 4, rng.randrange(1, 5) / 4


def around(lo: float, hi: float) -> Tensor:
    """Return entries below, at, between and above the bounds, in random order."""
    outside = [torch.rand(4) + hi + 0.1, lo - 0.1 - torch.rand(4)]
    between = lo + (hi - lo) * (0.1 + 0.8 * torch.rand(7))
    x = torch.cat([*outside, torch.tensor([lo, lo, hi, hi, hi]), between])
    return x[torch.randperm(len(x))].reshape(4, 5)


@exercise("custom_layer.clamp_open")
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16])
def test_clamp_open_clamps(observe, rng, dtype):
    lo, hi = bounds(rng)
    x = around(lo, hi).to(dtype)

    y, after = observe(
        clamp_only, x, lo, hi, call=f"clamp_open(x, {lo}, {hi}) with x of {dtype}"
    )

    expect_close(
        y,
        x.clamp(lo, hi),
        "clamp_open does not clamp as torch.clamp does.",
        slips={
            "the upper bound is left out": x.clamp(min=lo),
            "the lower bound is left out": x.clamp(max=hi),
            "entries outside become 0, not the bound": (
                torch.where((x >= lo) & (x <= hi), x, 0)
            ),
        },
    )
    expect_equal(
        after,
        x,
        "clamp_open changes the caller's tensor.",
        slips={"clamp_() works on x itself": lambda _: True},
    )


@exercise("custom_layer.clamp_open", weight=2)
def test_clamp_open_passes_gradients_strictly_between_its_bounds(observe, rng):
    lo, hi = bounds(rng)
    x = around(lo, hi)
    upstream = torch.randn_like(x)

    gradient = observe(
        clamp_gradient,
        x,
        lo,
        hi,
        upstream,
        call=f"y = clamp_open(x, {lo}, {hi}); y.backward(…), entries at the bounds too",
    )

    expect_close(
        gradient,
        upstream * (lo < x) * (x < hi),
        "The gradient of clamp_open does not pass strictly between the bounds alone.",
        slips={
            "no gradient reaches x: the result is detached": lambda g: g is None,
            "it passes at the bounds, as that of torch.clamp does": (
                upstream * (lo <= x) * (x <= hi)
            ),
            "it passes at the lower bound": upstream * (lo <= x) * (x < hi),
            "it passes at the upper bound": upstream * (lo < x) * (x <= hi),
            "it passes outside the bounds too": upstream,
            "backward is to multiply by the gradient that it is given": (
                ((lo < x) & (x < hi)).float()
            ),
        },
    )


@exercise("custom_layer.clamp_open")
def test_clamp_open_hands_tensors_to_autograd(observe, rng):
    lo, hi = bounds(rng)
    x = around(lo, hi)
    upstream = torch.randn_like(x)

    saved, used, gradient = observe(
        count_saved_by_clamp,
        x,
        lo,
        hi,
        upstream,
        call="clamp_open(x, …) under saved_tensors_hooks, then backward",
    )

    expect_true(
        saved > 0,
        "clamp_open does not save anything by save_for_backward.",
        expected="a saved tensor or more",
        got="none",
        cause="a tensor kept as an attribute of ctx: autograd does not see it, cannot "
        "move it, and does not notice changes",
    )
    expect_true(
        used > 0,
        "The backward of clamp_open does not use what is saved.",
        expected="ctx.saved_tensors is read",
        got="it is not",
        cause="a tensor kept as an attribute of ctx, besides the saved one",
    )
    expect_close(
        gradient,
        upstream * (lo < x) * (x < hi),
        "The gradient of clamp_open is wrong under saved_tensors_hooks.",
    )


# swish


def swish_only(ex: Any, x: Tensor) -> Tensor:
    return ex.swish(x)


def swish_gradient(ex: Any, x: Tensor, upstream: Tensor) -> Tensor | None:
    x = x.requires_grad_()
    return gradient_of(ex.swish(x), x, upstream)


def swish_second(
    ex: Any, x: Tensor, upstream: Tensor, v: Tensor
) -> tuple[Tensor | None, Tensor | None]:
    x, upstream = x.requires_grad_(), upstream.requires_grad_()
    y = ex.swish(x)
    if not y.requires_grad:
        return None, None
    (first,) = torch.autograd.grad(y, x, upstream, create_graph=True)
    return tuple(gradients_of(first, [x, upstream], v))


def saved_by_swish(ex: Any, x: Tensor) -> tuple[Tensor, list[bool]]:
    x = x.requires_grad_()
    is_x = []

    def pack(saved: Tensor) -> Tensor:
        is_x.append(saved.data_ptr() == x.data_ptr() and saved.shape == x.shape)
        return saved

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda saved: saved):
        y = ex.swish(x)
    return y, is_x


def swish_slips(x: Tensor, upstream: Tensor) -> dict[str, Any]:
    s = torch.sigmoid(x)
    return {
        "no gradient reaches x: the result is detached": lambda g: g is None,
        "an exp() overflows: inf / inf is NaN": lambda g: bool(g.isnan().any()),
        "x counts too: (x s)' is s + x s', not s alone": upstream * s,
        "s counts too: (x s)' is s + x s', not x s' alone": upstream * x * s * (1 - s),
        "s' is s (1 - s)": upstream * (s + x * (1 - s)),
        "backward is to multiply by the gradient that it is given": (
            s * (1 + x * (1 - s))
        ),
    }


@exercise("custom_layer.swish")
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_swish_is_x_times_its_sigmoid(observe, rng, dtype):
    x = torch.randn(*rng.sample(DISTINCT, 2), dtype=dtype) * 3

    y = observe(swish_only, x, call=f"swish(x) with x of {dtype}")

    expect_close(
        y,
        x / (1 + torch.exp(-x)),
        "swish does not compute x * sigmoid(x).",
        slips={
            "the factor x is missing": torch.sigmoid(x),
            "tanh is not sigmoid": x * torch.tanh(x),
            "the result has the dtype of x": lambda y: y.dtype != dtype,
        },
    )


@exercise("custom_layer.swish")
def test_swish_has_the_right_derivative(observe, rng):
    x = torch.randn(*rng.sample(DISTINCT, 2)) * 3
    upstream = torch.randn_like(x)

    gradient = observe(swish_gradient, x, upstream, call="y = swish(x); y.backward(…)")

    leaf = x.clone().requires_grad_()
    nn.functional.silu(leaf).backward(upstream)
    expect_close(
        gradient,
        leaf.grad,
        "The derivative of swish is wrong.",
        rtol=1e-4,
        atol=1e-5,
        slips=swish_slips(x, upstream),
    )


@exercise("custom_layer.swish")
def test_swish_is_finite_for_large_entries(observe, rng):
    x = torch.tensor([-200.0, -100.0, -1.0, 1.0, 100.0, 200.0]) * (1 + rng.random())
    upstream = torch.rand_like(x) + 1

    gradient = observe(
        swish_gradient, x, upstream, call="y = swish(x); y.backward(…), x up to ±400"
    )

    leaf = x.double().requires_grad_()
    nn.functional.silu(leaf).backward(upstream.double())
    expect_close(
        gradient,
        leaf.grad.float(),
        "The derivative of swish is wrong for large entries.",
        rtol=1e-4,
        atol=1e-5,
        slips=swish_slips(x, upstream),
    )


@exercise("custom_layer.swish", weight=2)
def test_swish_has_the_right_second_derivative(observe, rng):
    shape = rng.sample(DISTINCT, 2)
    x, upstream, v = (torch.randn(*shape, dtype=torch.float64) for _ in range(3))

    second, mixed = observe(
        swish_second,
        x,
        upstream,
        v,
        call="g = grad(swish(x), x, upstream, create_graph=True); grad(g, x, …)",
    )

    s = torch.sigmoid(x)
    slope = s * (1 - s)
    constant = (
        "what forward computed is a constant to the second derivative: save x alone, "
        "compute sigmoid(x) again in backward"
    )
    expect_close(
        second,
        v * upstream * slope * (2 + x * (1 - 2 * s)),
        "The second derivative of swish is wrong.",
        rtol=1e-6,
        atol=1e-8,
        slips={
            "backward cannot be differentiated: detach(), no_grad() or "
            "once_differentiable in it": lambda g: g is None,
            constant: v * upstream * slope,
        },
    )
    expect_close(
        mixed,
        v * s * (1 + x * (1 - s)),
        "The derivative of swish's gradient in the gradient it is given is wrong.",
        rtol=1e-6,
        atol=1e-8,
    )


@exercise("custom_layer.swish", weight=2)
def test_swish_saves_its_input_alone(observe, rng):
    x = torch.randn(*rng.sample(DISTINCT, 2))

    y, is_x = observe(
        saved_by_swish,
        x,
        call="swish(x) under torch.autograd.graph.saved_tensors_hooks",
    )

    expect_equal(
        is_x,
        [True],
        "swish does not save its input and nothing else (True is x, False another).",
        slips={
            "nothing is given to save_for_backward: is x kept on ctx?": [],
            "x * torch.sigmoid(x) saves x, sigmoid(x) and sigmoid(x) again": (
                lambda saved: len(saved) == 3
            ),
            "sigmoid(x) can be computed again from x": (
                lambda saved: len(saved) > 1 and not all(saved)
            ),
            "a result or a copy is saved, not x itself": [False],
        },
    )
    expect_close(y, nn.functional.silu(x), "swish is wrong under saved_tensors_hooks.")


# LowRank


def apply_low_rank(
    ex: Any, linear: nn.Module, rank: int, x: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    layer = ex.LowRank(linear, rank)
    return layer(x), layer.A, layer.B


def set_low_rank(layer: Any, a_and_b: list[Tensor]) -> None:
    with torch.no_grad():
        layer.A.copy_(a_and_b[0])
        layer.B.copy_(a_and_b[1])


def run_low_rank(
    ex: Any,
    linear: nn.Module,
    a_and_b: list[Tensor],
    scale: float | None,
    x: Tensor,
) -> Tensor:
    extra = {} if scale is None else {"scale": scale}
    layer = ex.LowRank(linear, len(a_and_b[0]), **extra).to(x.dtype)
    set_low_rank(layer, a_and_b)
    return layer(x)


def train_low_rank(
    ex: Any, linear: nn.Module, a_and_b: list[Tensor], x: Tensor, upstream: Tensor
) -> tuple[list[str], Tensor, Tensor, Tensor]:
    layer = ex.LowRank(linear, len(a_and_b[0]), scale=0.5)
    set_low_rank(layer, a_and_b)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    y = layer(x)
    if y.requires_grad:
        y.backward(upstream)
    optimizer.step()
    trained = [name for name, p in layer.named_parameters() if p.requires_grad]
    return trained, layer.A, layer.B, layer(x)


def merge_low_rank(
    ex: Any, linear: nn.Module, a_and_b: list[Tensor], scale: float, x: Tensor
) -> tuple[list[Tensor], bool, dict[str, bool]]:
    layer = ex.LowRank(linear, len(a_and_b[0]), scale=scale)
    set_low_rank(layer, a_and_b)
    merged = layer.merged()
    outputs = [merged(x), layer(x), layer.merged()(x)]
    trained = {name: p.requires_grad for name, p in merged.named_parameters()}
    return outputs, isinstance(merged, nn.Linear), trained


def spoil_merged(
    ex: Any, linear: nn.Module, a_and_b: list[Tensor], x: Tensor
) -> Tensor:
    layer = ex.LowRank(linear, len(a_and_b[0]))
    set_low_rank(layer, a_and_b)
    with torch.no_grad():
        for p in layer.merged().parameters():
            p.fill_(0)
    return layer(x)


def fresh_low_rank(ex: Any, linear: nn.Module, rank: int) -> tuple[Tensor, Tensor]:
    return ex.LowRank(linear, rank).A, ex.LowRank(linear, rank).A


def low_rank_case(rng) -> tuple[nn.Linear, Tensor, Tensor]:
    """Return a linear layer, with a bias or without, and random A and B."""
    inner, out, rank = rng.sample(DISTINCT, 3)
    linear = nn.Linear(inner, out, bias=rng.random() < 0.5)
    return linear, torch.randn(rank, inner), torch.randn(out, rank)


def low_rank(
    linear: nn.Linear, a: Tensor, b: Tensor, scale: float, x: Tensor
) -> Tensor:
    """Correct the weight, then apply it, in double."""
    weight = linear.weight.double() + scale * b.double() @ a.double()
    bias = None if linear.bias is None else linear.bias.double()
    return nn.functional.linear(x.double(), weight, bias).to(x.dtype)


def low_rank_slips(
    linear: nn.Linear, a: Tensor, b: Tensor, scale: float, x: Tensor
) -> dict[str, Tensor]:
    return {
        "the scale is lost": low_rank(linear, a, b, 1.0, x),
        "the correction B @ A is lost": linear(x),
        "what linear gives is lost": low_rank(linear, a, b, scale, x) - linear(x),
        "scale belongs to the correction, not to all": scale
        * low_rank(linear, a, b, 1.0, x),
        "the scale is applied twice": low_rank(linear, a, b, scale**2, x),
        "the correction is added twice": low_rank(linear, a, b, 2 * scale, x),
        "the correction is divided by the rank": (
            low_rank(linear, a, b, scale / len(a), x)
        ),
    }


@exercise("custom_layer.LowRank")
@pytest.mark.parametrize("leading", [0, 1, 2], ids=["vector", "batch", "two_dims"])
def test_low_rank_starts_as_the_linear_layer(observe, rng, leading):
    linear, a, b = low_rank_case(rng)
    x = torch.randn(*rng.sample(DISTINCT, leading), linear.in_features)

    y, first_a, first_b = observe(
        apply_low_rank,
        linear,
        len(a),
        x,
        call=f"LowRank({linear}, {len(a)})(x) with x {tuple(x.shape)}",
    )

    expect_equal(
        [list(first_a.shape), list(first_b.shape)],
        [list(a.shape), list(b.shape)],
        "A is not (rank, in_features), or B is not (out_features, rank).",
    )
    expect_close(
        first_b,
        torch.zeros_like(b),
        "B does not start at zero.",
        slips={"A starts at random, B at zero": lambda _: not first_a.any()},
    )
    expect_close(
        y,
        linear(x),
        "At first, LowRank does not give what linear gives.",
        atol=1e-5,
        rtol=1e-4,
    )


@exercise("custom_layer.LowRank")
def test_low_rank_draws_its_a_at_random(observe, rng):
    linear, a, _ = low_rank_case(rng)

    first, second = observe(
        fresh_low_rank, linear, len(a), call=f"LowRank(linear, {len(a)}).A, twice"
    )

    expect_true(
        first.shape == second.shape and not torch.equal(first, second),
        "A does not start at random values.",
        expected="other values in every layer",
        got="the same",
        cause="were A and B both zero, neither would ever get a gradient",
    )


@exercise("custom_layer.LowRank", weight=2)
@pytest.mark.parametrize("scale", [None, 0.25, 3.0], ids=["default", "small", "large"])
def test_low_rank_adds_its_scaled_correction(observe, rng, scale):
    linear, a, b = low_rank_case(rng)
    x = torch.randn(3, linear.in_features)

    y = observe(
        run_low_rank,
        linear,
        [a, b],
        scale,
        x,
        call=f"LowRank({linear}, {len(a)}"
        f"{'' if scale is None else f', scale={scale}'})(x), A and B set before",
    )

    known = 1.0 if scale is None else scale
    expect_close(
        y,
        low_rank(linear, a, b, known, x),
        "LowRank does not compute linear(x) + scale * (x @ A.T) @ B.T.",
        rtol=1e-4,
        atol=1e-4,
        slips=low_rank_slips(linear, a, b, known, x),
    )


@exercise("custom_layer.LowRank", weight=2)
def test_low_rank_trains_a_and_b_alone(observe, rng):
    linear, a, b = low_rank_case(rng)
    x = torch.randn(5, linear.in_features)
    upstream = torch.randn(5, linear.out_features)

    trained, new_a, new_b, y = observe(
        train_low_rank,
        linear,
        [a, b],
        x,
        upstream,
        call="one step of SGD on LowRank(linear, rank, scale=0.5).parameters()",
    )

    base = "linear still trains: freeze its parameters by requires_grad_(False)"
    expect_equal(
        sorted(trained),
        ["A", "B"],
        "A and B are not all that requires gradients.",
        slips={
            base: lambda names: {"A", "B"} < set(names),
            "A and B must be nn.Parameter": lambda names: set(names) < {"A", "B"},
        },
    )
    known = [a.clone().requires_grad_(), b.clone().requires_grad_()]
    correction = 0.5 * x @ known[0].T @ known[1].T
    correction.backward(upstream)
    for name, got, leaf in zip("AB", (new_a, new_b), known, strict=True):
        expect_close(
            got,
            leaf.detach() - 0.1 * leaf.grad,
            f"A step of SGD does not train {name}.",
            rtol=1e-3,
            atol=1e-4,
            slips={"no gradient reaches it": leaf.detach()},
        )
    expect_close(
        y,
        low_rank(linear, new_a, new_b, 0.5, x),
        "After a step of SGD, LowRank does not compute with the frozen linear and the "
        "trained A and B.",
        rtol=1e-3,
        atol=1e-3,
    )


@exercise("custom_layer.LowRank", weight=2)
@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no_bias"])
def test_low_rank_merges_into_an_equal_linear(observe, rng, bias):
    inner, out, rank = rng.sample(DISTINCT, 3)
    linear = nn.Linear(inner, out, bias=bias)
    a, b = torch.randn(rank, inner), torch.randn(out, rank)
    scale = rng.choice([0.25, 3.0])
    x = torch.randn(4, inner)

    outputs, is_linear, trained = observe(
        merge_low_rank,
        linear,
        [a, b],
        scale,
        x,
        call=f"LowRank({linear}, {rank}, scale={scale}).merged()(x)",
    )

    expect_true(
        is_linear,
        "merged() does not return an nn.Linear.",
        expected="an nn.Linear",
        got="something else",
    )
    expect_equal(len(outputs), 3, "There are not three results.")
    slips = low_rank_slips(linear, a, b, scale, x)
    for y, which in zip(
        outputs,
        (
            "merged() does not give the same outputs as the layer.",
            "merged() changes the layer.",
            "A second merged() does not give the same outputs.",
        ),
        strict=True,
    ):
        expect_close(
            y,
            low_rank(linear, a, b, scale, x),
            which,
            rtol=1e-3,
            atol=1e-3,
            slips=slips,
        )
    expect_equal(
        sorted(trained.items()),
        sorted((name, True) for name, _ in linear.named_parameters()),
        "The parameters of merged() are not those of an ordinary, trainable Linear.",
        slips={
            "a copy of a frozen layer is frozen": lambda p: not all(t for _, t in p),
            "linear has no bias": lambda p: len(p) > 1 and not bias,
        },
    )


@exercise("custom_layer.LowRank")
def test_low_rank_shares_nothing_with_its_merged_layer(observe, rng):
    inner, out, rank = rng.sample(DISTINCT, 3)
    linear, a, b = (
        nn.Linear(inner, out),
        torch.randn(rank, inner),
        torch.randn(out, rank),
    )
    x = torch.randn(4, inner)

    y = observe(
        spoil_merged,
        linear,
        [a, b],
        x,
        call="fill the parameters of layer.merged() with zeros; layer(x)",
    )

    expect_close(
        y,
        low_rank(linear, a, b, 1.0, x),
        "What is done to the merged layer changes the LowRank layer.",
        rtol=1e-4,
        atol=1e-4,
        slips={"merged() must not share linear's weight or bias": lambda _: True},
    )


@exercise("custom_layer.LowRank")
@pytest.mark.parametrize("before", [True, False], ids=["linear_cast", "layer_cast"])
def test_low_rank_follows_to_double(observe, rng, before):
    linear, a, _ = low_rank_case(rng)
    x = torch.randn(3, linear.in_features, dtype=torch.float64)
    if before:
        linear = linear.double()

    y, *_ = observe(
        apply_low_rank if before else cast_low_rank,
        linear,
        len(a),
        x,
        call="LowRank(linear.double(), rank)(x.double())"
        if before
        else "LowRank(linear, rank).double()(x.double())",
    )

    expect_close(
        y,
        linear.double()(x),
        "LowRank does not have linear's dtype.",
        slips={"A and B have a dtype of their own": lambda _: True},
    )


def cast_low_rank(
    ex: Any, linear: nn.Module, rank: int, x: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    layer = ex.LowRank(linear, rank).double()
    return layer(x), layer.A, layer.B
