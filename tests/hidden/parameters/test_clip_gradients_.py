"""clip_gradients_ shrinks all gradients by one factor, or refuses untouched."""

from contextlib import suppress
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_close, expect_equal, expect_error, say
from parameters_helpers import DISTINCT

pytestmark = pytest.mark.exercise("parameters.clip_gradients_")


def clip(
    ex: Any, gradients: list[Tensor | None], order: list[int], max_norm: float
) -> tuple[Tensor, list[Tensor | None]]:
    parameters = parameters_with(gradients)
    norm = ex.clip_gradients_([parameters[i] for i in order], max_norm)
    return norm, [p.grad for p in parameters]


def clip_generator(
    ex: Any, gradients: list[Tensor], max_norm: float
) -> tuple[Tensor, list[Tensor]]:
    parameters = parameters_with(gradients)
    norm = ex.clip_gradients_((p for p in parameters), max_norm)
    return norm, gradients


def clip_refused(ex: Any, gradients: list[Tensor], max_norm: float) -> list[Tensor]:
    parameters = parameters_with(gradients)
    with suppress(ValueError):
        ex.clip_gradients_(parameters, max_norm)
    return [p.grad for p in parameters]


def parameters_with(gradients: list[Tensor | None]) -> list[nn.Parameter]:
    parameters = []
    for g in gradients:
        shape, dtype = ((), None) if g is None else (g.shape, g.dtype)
        parameters.append(nn.Parameter(torch.zeros(shape, dtype=dtype)))
        parameters[-1].grad = g
    return parameters


def draw_gradients(rng, dtype: torch.dtype = torch.float32) -> list[Tensor]:
    a, b, c = rng.sample(DISTINCT, 3)
    return [
        torch.randn(a, b, dtype=dtype),
        5 * torch.randn(c, dtype=dtype) + 1,
        torch.tensor(rng.uniform(1, 3), dtype=dtype),
    ]


def norm_of(gradients: list[Tensor | None]) -> Tensor:
    given = [g.reshape(-1) for g in gradients if g is not None]
    return torch.cat(given).norm() if given else torch.zeros(())


def expect_norm(norm: Tensor, gradients: list[Tensor], listed: list[Tensor]) -> None:
    norms = [g.norm() for g in gradients]
    expect_close(
        norm,
        norm_of(gradients),
        "clip_gradients_ does not return the norm of before, over all gradients.",
        slips={
            "a parameter that is listed twice counts once": (
                lambda t: (
                    len(listed) > len(gradients) and torch.allclose(t, norm_of(listed))
                )
            ),
            "norms do not add up: their squares do": (
                lambda t: torch.allclose(t, sum(norms)) and len(norms) > 1
            ),
            "that is the largest norm of one gradient, not the norm of all": max(norms),
            "take the root of the sum of squares": norm_of(gradients) ** 2,
            "take the norm before you shrink the gradients": lambda t: t < max(norms),
        },
        any_dtype=True,
    )


def expect_gradients(
    after: list[Tensor | None], expected: list[Tensor], slips: dict[str, list[Tensor]]
) -> None:
    expect_equal(len(after), len(expected), "The number of gradients changes.")
    for i, (got, wanted) in enumerate(zip(after, expected, strict=True)):
        expect_close(
            got,
            wanted,
            "The gradients are not all multiplied by max_norm / norm.",
            slips={cause: values[i] for cause, values in slips.items()},
            rtol=1e-5,  # torch's own divides by norm + 1e-6
            atol=1e-6,
        )


@pytest.mark.weight(2)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_clip_shrinks_all_gradients_by_one_factor(observe, rng, dtype):
    gradients = draw_gradients(rng, dtype)
    max_norm = rng.uniform(0.1, 0.9) * norm_of(gradients).item()

    norm, after = observe(
        clip,
        gradients,
        [0, 1, 2],
        max_norm,
        call=say(
            "clip_gradients_(three parameters, {max_norm:.3g})", max_norm=max_norm
        ),
    )

    expect_norm(norm, gradients, gradients)
    factor = max_norm / norm_of(gradients)
    expect_gradients(
        after,
        [g * factor for g in gradients],
        {
            "each gradient is clipped on its own; one factor keeps the direction": [
                g * (max_norm / g.norm()).clamp(max=1) for g in gradients
            ],
            "entries are clamped one by one; one factor keeps the direction": [
                g.clamp(-max_norm, max_norm) for g in gradients
            ],
            "the gradients are left as they are: multiply in place": gradients,
        },
    )


@pytest.mark.parametrize("size", [1.0, 0.0], ids=["small", "zero"])
def test_clip_leaves_small_gradients_alone(observe, rng, size):
    gradients = [size * g for g in draw_gradients(rng)]
    max_norm = 1.5 * norm_of(gradients).item() + 1

    norm, after = observe(
        clip,
        gradients,
        [0, 1, 2],
        max_norm,
        call=say(
            "clip_gradients_(…, {max_norm:.3g}) with a smaller norm", max_norm=max_norm
        ),
    )

    expect_norm(norm, gradients, gradients)
    expect_equal(
        after,
        gradients,
        "Gradients below the limit do not stay as they are.",
        slips={
            "a factor above 1 makes them larger: only shrink": (
                lambda after: norm_of(after) > norm_of(gradients)
            ),
            "0 / 0 is NaN: compare with max_norm first": (
                lambda after: norm_of(after).isnan()
            ),
        },
    )


def test_clip_takes_a_shared_parameter_once(observe, rng):
    gradients = draw_gradients(rng)
    max_norm = 0.5 * norm_of(gradients).item()
    order = [0, 1, 0, 2, 1]

    norm, after = observe(
        clip,
        gradients,
        order,
        max_norm,
        call=say("clip_gradients_([p, q, p, r, q], {max_norm:.3g})", max_norm=max_norm),
    )

    expect_norm(norm, gradients, [gradients[i] for i in order])
    factor = max_norm / norm_of(gradients)
    expect_gradients(
        after,
        [g * factor for g in gradients],
        {
            "a parameter that is listed twice is shrunk twice": [
                g * factor ** order.count(i) for i, g in enumerate(gradients)
            ],
        },
    )


def test_clip_skips_parameters_without_gradients(observe, rng):
    first, second, third = draw_gradients(rng)
    max_norm = 0.5 * norm_of([first, second, third]).item()

    norm, after = observe(
        clip,
        [None, first, None, second, third],
        [0, 1, 2, 3, 4],
        max_norm,
        call=say(
            "clip_gradients_(…, {max_norm:.3g}), the grad of some is None",
            max_norm=max_norm,
        ),
    )

    expect_norm(norm, [first, second, third], [first, second, third])
    expect_equal(
        [g is None for g in after],
        [True, False, True, False, False],
        "A grad that is None does not stay None.",
    )


def test_clip_of_no_gradients_is_zero(observe):
    norm, _ = observe(
        clip, [None, None], [0, 1], 1.0, call="clip_gradients_(…, 1), each grad None"
    )

    expect_close(
        norm,
        torch.zeros(()),
        "Without gradients the norm is not a 0-dim tensor of 0.",
        any_dtype=True,
    )


def test_clip_takes_a_generator_and_works_in_place(observe, rng):
    gradients = draw_gradients(rng)
    max_norm = 0.5 * norm_of(gradients).item()

    norm, after = observe(
        clip_generator,
        gradients,
        max_norm,
        call=say(
            "held = [p.grad …]; clip_gradients_(net.parameters(), {max_norm:.3g})",
            max_norm=max_norm,
        ),
    )

    expect_norm(norm, gradients, gradients)
    expect_gradients(
        after,
        [g / 2 for g in gradients],
        {
            "a generator is empty after one loop, and p.grad = … is not in place": (
                gradients
            )
        },
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("bad", [torch.inf, -torch.inf, torch.nan])
def test_clip_refuses_what_is_not_finite(observe, rng, bad):
    gradients = draw_gradients(rng)
    gradients[1][0] = bad

    raised = observe.error(
        clip,
        gradients,
        [0, 1, 2],
        1.0,
        call=say("clip_gradients_ with {bad} in a gradient", bad=bad),
    )

    expect_error(
        raised,
        ValueError,
        "A norm that is not finite is not refused.",
        cause="check norm.isfinite() before you shrink anything",
    )


def test_clip_changes_nothing_when_it_refuses(observe, rng):
    gradients = draw_gradients(rng)
    gradients[2].fill_(torch.inf)

    after = observe(
        clip_refused, gradients, 1.0, call="clip_gradients_ with inf in the last one"
    )

    expect_equal(
        after,
        gradients,
        "clip_gradients_ has changed gradients although their norm is not finite.",
        slips={"check norm.isfinite() before you shrink anything": lambda _: True},
    )
