"""Custom layers: small cases to check your own work against."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import (
    expect_close,
    expect_equal,
    expect_error,
    expect_true,
    expect_unchanged,
    say,
)

exercise = pytest.mark.exercise


def apply_centered(ex: Any, x: Tensor) -> Tensor:
    return ex.CenteredLayer()(x)


@exercise("custom_layer.CenteredLayer")
def test_centered_subtracts_the_mean_of_all_entries(observe):
    x = torch.tensor([[1.0, 2.0], [3.0, 6.0]])

    y = observe(apply_centered, x, call="CenteredLayer()([[1, 2], [3, 6]])")

    expect_close(
        y,
        torch.tensor([[-2.0, -1.0], [0.0, 3.0]]),
        "CenteredLayer does not subtract the mean of all entries.",
        slips={
            "mean(dim=-1) gives one mean for each row": torch.tensor(
                [[-0.5, 0.5], [-1.5, 1.5]]
            ),
            "mean(dim=0) gives one mean for each column": torch.tensor(
                [[-1.0, -2.0], [1.0, 2.0]]
            ),
        },
    )


def center_a_transposed_view(ex: Any, x: Tensor) -> tuple[list[str], Tensor, Tensor]:
    layer = ex.CenteredLayer()
    return [name for name, _ in layer.named_parameters()], layer(x.T), x


@exercise("custom_layer.CenteredLayer")
def test_centered_has_no_parameters_and_leaves_its_input_alone(observe):
    x = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 9.0]], dtype=torch.float64)
    causes = {"view size": "view needs a contiguous tensor: reshape copies"}

    parameters, y, after = observe(
        center_a_transposed_view,
        x,
        call="CenteredLayer()(x.T) with x of float64",
        causes=causes,
    )

    expect_equal(parameters, [], "CenteredLayer has parameters.")
    expect_unchanged(after, x, "CenteredLayer changes the caller's tensor.")
    expect_close(y, x.T - 4, "CenteredLayer is wrong for a view of float64.")


def gradient_of_centered(ex: Any, x: Tensor, upstream: Tensor) -> Tensor | None:
    x = x.requires_grad_()
    y = ex.CenteredLayer()(x)
    if y.requires_grad:
        y.backward(upstream)
    return x.grad


@exercise("custom_layer.CenteredLayer")
def test_centered_passes_gradients_through_the_mean(observe):
    upstream = torch.tensor([1.0, 2.0, 6.0])
    call = "y = CenteredLayer()([1, 2, 3]); y.backward([1, 2, 6])"

    gradient = observe(gradient_of_centered, torch.arange(3.0), upstream, call=call)

    expect_close(
        gradient,
        upstream - 3,
        "The gradient of CenteredLayer is wrong.",
        slips={"item() and detach() make the mean a constant": upstream},
    )


def run_my_linear(
    ex: Any, state: dict[str, Tensor], x: Tensor
) -> tuple[Tensor, list[Tensor | None]]:
    layer = ex.MyLinear(*state["weight"].shape)
    layer.load_state_dict(state)
    y = layer(x)
    if y.requires_grad:
        y.sum().backward()
    return y, [layer.weight.grad, layer.bias.grad]


def parameters_of_my_linear(ex: Any) -> dict[str, list[int]]:
    return {name: list(p.shape) for name, p in ex.MyLinear(4, 2).named_parameters()}


@exercise("custom_layer.MyLinear")
def test_my_linear_has_two_parameters(observe):
    shapes = observe(parameters_of_my_linear, call="MyLinear(4, 2).named_parameters()")

    expect_equal(
        sorted(shapes.items()),
        [("bias", [2]), ("weight", [4, 2])],
        "MyLinear does not have the parameters weight and bias.",
        slips={"a tensor that is no nn.Parameter is not registered": []},
    )


@exercise("custom_layer.MyLinear")
def test_my_linear_computes_its_formula(observe):
    state = {
        "weight": torch.tensor([[1.0, 2.0], [0.0, 1.0], [1.0, 0.0]]),
        "bias": torch.tensor([0.5, -4.0]),
    }
    x = torch.tensor([[[1.0, 1.0, 2.0]]])
    call = "MyLinear(3, 2)(x) with x (1, 1, 3), its state loaded before"

    y, gradients = observe(run_my_linear, state, x, call=call)

    # x @ weight: 3, 3; + bias: 3.5, -1
    expect_close(
        y,
        torch.tensor([[[3.5, 0.0]]]),
        "MyLinear does not compute relu(x @ weight + bias).",
        slips={"the ReLU is missing": torch.tensor([[[3.5, -1.0]]])},
    )
    slopes = (
        torch.tensor([[1.0, 0.0], [1.0, 0.0], [2.0, 0.0]]),
        torch.tensor([1.0, 0.0]),
    )
    for name, gradient, slope in zip(
        ("weight", "bias"), gradients, slopes, strict=True
    ):
        expect_close(
            gradient,
            slope,
            say("The gradient of MyLinear's {name} is wrong.", name=name),
            slips={
                "`.data` and detach() cut the result off from it": lambda g: g is None
            },
        )


def weights_of_my_linear(ex: Any) -> list[Tensor]:
    return [ex.MyLinear(4, 2).weight for _ in range(2)]


@exercise("custom_layer.MyLinear")
def test_my_linear_starts_at_random_weights(observe):
    first, second = observe(weights_of_my_linear, call="MyLinear(4, 2).weight, twice")

    expect_true(
        not torch.equal(first, second) and not torch.equal(first[:, 0], first[:, 1]),
        "MyLinear's weight does not start at random values.",
        expected="other values in every layer and column",
        got="the same",
        cause="units that start with equal weights learn the same",
    )


def run_quadratic(
    ex: Any, weight: Tensor, x: Tensor
) -> tuple[Tensor, bool, Tensor | None]:
    """Return the result, whether the first weight is symmetric, its gradient."""
    layer = ex.QuadraticReduction(weight.shape[0], weight.shape[-1]).double()
    symmetric = torch.equal(layer.weight, layer.weight.transpose(0, 1))
    layer.load_state_dict({"weight": weight})
    y = layer(x)
    if y.requires_grad:
        y.sum().backward()
    return y, symmetric, layer.weight.grad


@exercise("custom_layer.QuadraticReduction")
@pytest.mark.parametrize("rows", [0, 1, 2], ids=["vector", "one_row", "batch"])
def test_quadratic_computes_its_sum(observe, rows):
    weight = torch.zeros(2, 2, 3, dtype=torch.float64)
    weight[0, 0, 0] = 1.0  # y_0 = x_0 x_0
    weight[0, 1, 1] = 1.0  # y_1 = x_0 x_1
    weight[1, 1, 2] = 2.0  # y_2 = 2 x_1 x_1
    x = torch.tensor([3.0, 5.0], dtype=torch.float64)
    expected = torch.tensor([9.0, 15.0, 50.0], dtype=torch.float64)
    if rows:
        x = torch.stack([x, -2 * x][:rows])
        expected = torch.stack([expected, 4 * expected][:rows])
    call = say("QuadraticReduction(2, 3).double()({x})", x=str(x.tolist()))

    y, symmetric, gradient = observe(run_quadratic, weight, x, call=call)

    expect_close(
        y,
        expected,
        "QuadraticReduction does not compute its sum.",
        slips={
            "torch.zeros(…) without dtype is float32": (
                lambda y: y.dtype == torch.float32
            ),
        },
    )
    expect_equal(
        symmetric,
        False,
        "QuadraticReduction's weight starts symmetric in i and j.",
        cause="each entry is to be drawn on its own",
    )
    pairs = x.reshape(-1, 2).T @ x.reshape(-1, 2)
    expect_close(
        gradient,
        pairs.unsqueeze(-1).expand(2, 2, 3),
        "QuadraticReduction's gradient in weight is wrong.",
        slips={"`.data`, detach() and item() cut off gradients": lambda g: g is None},
    )


def apply_spectrum(ex: Any, x: Tensor) -> Tensor:
    return ex.HalfSpectrum()(x)


@exercise("custom_layer.HalfSpectrum")
@pytest.mark.parametrize(("n", "dtype"), [(4, torch.float32), (5, torch.float64)])
def test_half_spectrum_of_one_wave(observe, n, dtype):
    wave = torch.cos(2 * torch.pi * torch.arange(n) / n)
    x = torch.stack([wave, torch.ones(n)]).unsqueeze(0).to(dtype)
    call = say("HalfSpectrum()(x) with x {x} of {dtype}", x=x, dtype=dtype)

    y = observe(apply_spectrum, x, call=call)

    expected = torch.zeros(1, 2, n // 2 + 1, dtype=dtype.to_complex())
    expected[0, 0, 1] = n / 2
    expected[0, 1, 0] = n
    expect_close(
        y,
        expected,
        "HalfSpectrum does not give the coefficients of the last axis.",
        rtol=1e-4,
        atol=1e-4,
        slips={
            "coefficient n // 2 is missing: a slice ends before its end": (
                lambda y: y.shape[-1] == n // 2
            ),
            "of float64 the result is complex128": (
                lambda y: y.dtype == torch.complex64 and n == 5
            ),
        },
    )


def apply_rms(ex: Any, x: Tensor) -> Tensor:
    return ex.RMSNorm(x.shape[-1])(x)


@exercise("custom_layer.RMSNorm")
def test_rms_norm_divides_by_the_root_of_the_mean_square(observe):
    x = torch.tensor([[1.0, 7.0], [0.0, 0.0]])

    y = observe(apply_rms, x, call="RMSNorm(2)([[1, 7], [0, 0]])")

    # the mean of 1 and 49 is 25
    expect_close(
        y,
        torch.tensor([[0.2, 1.4], [0.0, 0.0]]),
        "RMSNorm does not divide by the root of the mean square.",
    )


@exercise("custom_layer.RMSNorm")
def test_rms_norm_of_half(observe):
    x = torch.tensor([300.0, 2100.0], dtype=torch.float16)

    y = observe(apply_rms, x, call="RMSNorm(2)([300, 2100]) in float16")

    expect_close(
        y,
        torch.tensor([0.2, 1.4], dtype=torch.float16),
        "RMSNorm is wrong for float16.",
        slips={"squares overflow in float16": torch.zeros(2, dtype=torch.float16)},
    )


def drop(ex: Any, p: float, x: Tensor, training: bool) -> Tensor:
    return ex.Dropout(p).train(training)(x)


@exercise("custom_layer.Dropout")
def test_dropout_zeroes_and_scales_in_training(observe):
    y = observe(drop, 0.75, torch.ones(200), True, call="Dropout(0.75)(ones(200))")

    kept = "p is the probability of zero, not of being kept"
    expect_equal(
        sorted(set(y.reshape(-1).tolist())),
        [0.0, 4.0],
        "Dropout does not zero entries and divide the others by 1 - p.",
        slips={
            "entries that are kept are not scaled": [0.0, 1.0],
            kept: lambda values: 1.3 < values[-1] < 1.4,
        },
    )
    share = (y == 0).double().mean().item()
    expect_true(
        0.55 < share < 0.95,
        "Dropout does not zero entries with probability p.",
        expected="about 75% zeros",
        got=say("{share:.1%}", share=share),
        cause=kept if 0.05 < share < 0.45 else None,
    )


@exercise("custom_layer.Dropout")
def test_dropout_changes_nothing_in_eval_mode(observe):
    x = torch.randn(200)

    y = observe(drop, 0.75, x, False, call="Dropout(0.75).eval()(x)")

    expect_close(y, x, "In eval mode, Dropout is not the identity.")


def make_dropout(ex: Any, p: float) -> None:
    ex.Dropout(p)


@exercise("custom_layer.Dropout")
def test_dropout_refuses_what_is_no_probability(observe):
    raised = observe.error(make_dropout, 1.5, call="Dropout(1.5)")

    expect_error(raised, ValueError, "Dropout takes a p above 1.")


def standardize(ex: Any, x: Tensor, training: bool) -> tuple[Tensor, dict[str, Tensor]]:
    layer = ex.RunningStandardize(1, momentum=0.25)
    layer.train(training)
    return layer(x), layer.state_dict()


@exercise("custom_layer.RunningStandardize")
@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
def test_running_standardize_uses_the_statistics_of_its_mode(observe, training):
    mode = "train" if training else "eval"

    y, state = observe(
        standardize,
        torch.tensor([[1.0], [3.0]]),
        training,
        call=say(
            "RunningStandardize(1, momentum=0.25).{mode}()([[1], [3]])", mode=mode
        ),
    )

    # the batch: mean 2, biased variance 1, unbiased variance 2
    rows = [[-1.0], [1.0]] if training else [[1.0], [3.0]]
    expect_close(
        y,
        torch.tensor(rows),
        "RunningStandardize does not use the statistics of its mode.",
        rtol=1e-4,
        atol=1e-4,
    )
    expect_equal(
        sorted((name, t.tolist()) for name, t in state.items()),
        [
            ("num_batches_tracked", 1 if training else 0),
            ("running_mean", [0.5] if training else [0.0]),
            ("running_var", [1.25] if training else [1.0]),
        ],
        "The running statistics are not what they should be.",
        slips={
            "momentum weighs the batch, 1 - momentum what was there": (
                lambda state: ("running_mean", [1.5]) in state
            )
        },
    )


def mask(ex: Any, scores: Tensor) -> tuple[Tensor, Tensor, list[str]]:
    layer = ex.CausalMask(4)
    return layer(scores), scores, list(layer.state_dict())


@exercise("custom_layer.CausalMask")
def test_causal_mask_hides_what_is_above_the_diagonal(observe):
    scores = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]])

    y, after, names = observe(
        mask, scores, call="CausalMask(4)(scores) with scores (3, 3)"
    )

    inf = torch.inf
    expect_close(
        y,
        torch.tensor([[1.0, -inf, -inf], [4.0, 5.0, -inf], [7.0, 8.0, 9.0]]),
        "CausalMask does not put -inf above the diagonal.",
    )
    expect_unchanged(after, scores, "CausalMask changes the caller's tensor.")
    expect_equal(names, [], "The mask is in the state dict.")


@exercise("custom_layer.CausalMask")
def test_causal_mask_refuses_what_is_too_long(observe):
    raised = observe.error(mask, torch.zeros(5, 5), call="CausalMask(4)(zeros(5, 5))")

    expect_error(raised, ValueError, "CausalMask takes more than max_len positions.")


def round_and_pull_back(
    ex: Any, x: Tensor, upstream: Tensor
) -> tuple[Tensor, Tensor | None]:
    x = x.requires_grad_()
    y = ex.round_ste(x)
    if y.requires_grad:
        y.backward(upstream)
    return y, x.grad


@exercise("custom_layer.round_ste")
def test_round_ste_rounds_and_lets_gradients_through(observe):
    x, upstream = torch.tensor([0.4, 1.5, 2.5, -0.7]), torch.tensor([1.0, 2, 3, 4])

    y, gradient = observe(
        round_and_pull_back,
        x,
        upstream,
        call="y = round_ste([0.4, 1.5, 2.5, -0.7]); y.backward([1, 2, 3, 4])",
    )

    expect_close(
        y,
        torch.tensor([0.0, 2.0, 2.0, -1.0]),
        "round_ste does not round as torch does.",
    )
    expect_close(
        gradient,
        upstream,
        "round_ste does not let the gradient through.",
        slips={"the gradient of rounding itself is 0": torch.zeros(4)},
    )


def clamp_and_pull_back(ex: Any, x: Tensor) -> tuple[Tensor, Tensor | None]:
    x = x.requires_grad_()
    y = ex.clamp_open(x, -1.0, 1.0)
    if y.requires_grad:
        y.sum().backward()
    return y, x.grad


@exercise("custom_layer.clamp_open")
def test_clamp_open_clamps_and_stops_gradients_at_the_bounds(observe):
    x = torch.tensor([-2.0, -1.0, 0.5, 1.0, 3.0])

    y, gradient = observe(
        clamp_and_pull_back,
        x,
        call="y = clamp_open([-2, -1, 0.5, 1, 3], -1, 1); y.sum().backward()",
    )

    expect_close(
        y, torch.tensor([-1.0, -1.0, 0.5, 1.0, 1.0]), "clamp_open does not clamp."
    )
    expect_close(
        gradient,
        torch.tensor([0.0, 0.0, 1.0, 0.0, 0.0]),
        "The gradient of clamp_open is wrong.",
        slips={"torch.clamp passes it at the bounds": torch.tensor([0.0, 1, 1, 1, 0])},
    )


def derivatives_of_swish(
    ex: Any, x: Tensor
) -> tuple[Tensor, Tensor | None, Tensor | None]:
    x = x.requires_grad_()
    y = ex.swish(x)
    first = second = None
    if y.requires_grad:
        (first,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    if first is not None and first.requires_grad:
        (second,) = torch.autograd.grad(first.sum(), x)
    return y, first, second


@exercise("custom_layer.swish")
def test_swish_and_its_derivatives_at_zero(observe):
    y, first, second = observe(
        derivatives_of_swish, torch.zeros(3), call="swish(x) and derivatives, x = 0"
    )

    expect_close(y, torch.zeros(3), "swish is wrong at 0.")
    expect_close(first, torch.full((3,), 0.5), "The derivative of swish is wrong at 0.")
    expect_close(
        second, torch.full((3,), 0.5), "The second derivative of swish is wrong at 0."
    )


def apply_low_rank(
    ex: Any, linear: nn.Module, x: Tensor
) -> tuple[Tensor, Tensor, Tensor, list[str]]:
    layer = ex.LowRank(linear, 2, scale=0.5)
    first = layer(x)
    with torch.no_grad():
        layer.A.fill_(1)
        layer.B.fill_(1)
    trained = [name for name, p in layer.named_parameters() if p.requires_grad]
    return first, layer(x), layer.merged()(x), trained


@exercise("custom_layer.LowRank")
def test_low_rank_corrects_a_frozen_layer(observe):
    linear, x = nn.Linear(3, 2), torch.tensor([[1.0, 2.0, 3.0]])

    first, later, merged, trained = observe(
        apply_low_rank, linear, x, call="LowRank(linear, 2, scale=0.5)(x)"
    )

    expect_close(first, linear(x), "At first, LowRank does not give what linear gives.")
    # x @ A.T: 6, 6; @ B.T: 12, 12; * scale: 6, 6
    expect_close(later, linear(x) + 6, "With A and B of ones, LowRank is wrong.")
    expect_close(merged, linear(x) + 6, "merged() does not give the same outputs.")
    expect_equal(sorted(trained), ["A", "B"], "A and B are not all that is trained.")
