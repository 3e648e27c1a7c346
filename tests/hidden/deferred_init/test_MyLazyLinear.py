"""MyLazyLinear becomes a linear layer at its first input, or when it loads a state."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from deferred_init_helpers import (
    DISTINCT,
    Shape,
    expect_same_values,
    is_same,
    shapes_of,
    values_of,
)
from grader.observe import expect_close, expect_equal, expect_error, expect_true, say

pytestmark = pytest.mark.exercise("deferred_init.MyLazyLinear")


def placeholders_of_lazy_linear(
    ex: Any, out: int
) -> tuple[dict[str, Shape | None], list[str]]:
    layer = ex.MyLazyLinear(out)
    return shapes_of(layer), sorted(layer.state_dict())


def run_lazy_linear(ex: Any, out: int, x: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
    layer = ex.MyLazyLinear(out)
    y = layer(x)
    return y, values_of(layer)


def run_lazy_linear_in_double(
    ex: Any, out: int, x: Tensor
) -> tuple[Tensor, dict[str, Tensor]]:
    layer = ex.MyLazyLinear(out).double()
    y = layer(x)
    return y, values_of(layer)


def call_with_two_widths(ex: Any, out: int, first: Tensor, second: Tensor) -> None:
    layer = ex.MyLazyLinear(out)
    layer(first)
    layer(second)


def values_after_a_wrong_width(
    ex: Any, out: int, first: Tensor, second: Tensor
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    layer = ex.MyLazyLinear(out)
    layer(first)
    before = values_of(layer)
    try:
        layer(second)
    except NotImplementedError:  # not started
        raise
    except Exception:
        return before, values_of(layer)
    return before, values_of(layer)


def load_into_waiting_layer(
    ex: Any, out: int, state: dict[str, Tensor], x: Tensor
) -> tuple[dict[str, Tensor], Tensor, dict[str, Tensor]]:
    layer = ex.MyLazyLinear(out)
    layer.load_state_dict(state)
    loaded = values_of(layer)
    y = layer(x)
    return loaded, y, values_of(layer)


def load_into_called_layer(
    ex: Any, out: int, state: dict[str, Tensor], x: Tensor
) -> dict[str, Tensor]:
    layer = ex.MyLazyLinear(out)
    layer(x)
    layer.load_state_dict(state)
    return values_of(layer)


def load_state_without_shapes(
    ex: Any, out: int, x: Tensor
) -> tuple[dict[str, Shape | None], dict[str, Shape | None]]:
    layer = ex.MyLazyLinear(out)
    layer.load_state_dict(ex.MyLazyLinear(out).state_dict())
    before = shapes_of(layer)
    layer(x)
    return before, shapes_of(layer)


def train_lazy_linear(
    ex: Any, out: int, x: Tensor
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    layer = ex.MyLazyLinear(out)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    y = layer(x)
    before = values_of(layer)
    y.square().sum().backward()
    optimizer.step()
    return before, values_of(layer)


def expect_linear_shapes(
    values: dict[str, Tensor], out: int, n: int, dtype: str = "torch.float32"
) -> None:
    found = {name: (str(v.dtype), *v.shape) for name, v in sorted(values.items())}
    expect_equal(
        found,
        {"bias": (dtype, out), "weight": (dtype, out, n)},
        "MyLazyLinear does not have a weight (out_features, n) and a bias "
        "(out_features,).",
        slips={
            "weight is (out_features, n), as in nn.Linear, not transposed": (
                lambda found: found["weight"][1:] == (n, out)
            ),
            "a layer inside adds its name in front of weight and bias": (
                lambda found: any("." in name for name in found)
            ),
            "the dtype of the placeholders is lost": (
                lambda found: {shape[0] for shape in found.values()} != {dtype}
            ),
        },
    )


def test_my_lazy_linear_starts_with_placeholders(observe, rng):
    out = rng.choice(DISTINCT)
    call = say("MyLazyLinear({out}), its parameters and its state dict", out=out)

    shapes, names = observe(
        placeholders_of_lazy_linear,
        out,
        call=call,
        causes={
            "uninitialized parameter": "nn.Module alone cannot save placeholders: "
            "LazyModuleMixin can"
        },
    )

    expect_equal(
        dict(sorted(shapes.items())),
        {"bias": None, "weight": None},
        "MyLazyLinear does not start with the placeholders weight and bias.",
        slips={
            "what comes into being at the first call only is unknown to an optimizer "
            "made before it: use UninitializedParameter": {},
            "a parameter has its shape before anything is known of the input": (
                lambda shapes: any(shapes.values())
            ),
        },
    )
    expect_equal(
        names,
        ["bias", "weight"],
        "The state dict does not have weight and bias before the first call.",
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("leading", [0, 1, 2], ids=["vector", "batch", "two_dims"])
def test_my_lazy_linear_computes_a_linear_layer(observe, rng, leading):
    n, out = rng.sample(DISTINCT, 2)
    x = torch.randn(*rng.sample(DISTINCT, leading), n)

    y, values = observe(
        run_lazy_linear,
        out,
        x,
        call=say(
            "MyLazyLinear({out})(x) with x {shape}", out=out, shape=tuple(x.shape)
        ),
    )

    expect_linear_shapes(values, out, n)
    expect_close(
        y,
        nn.functional.linear(x, values["weight"], values["bias"]),
        "MyLazyLinear does not compute x @ weight.T + bias.",
        slips={"the bias is missing": x @ values["weight"].T},
    )


def test_my_lazy_linear_has_random_initial_values(observe, rng):
    n, out = rng.randint(5, 11), rng.randint(200, 300)

    _, values = observe(
        run_lazy_linear,
        out,
        torch.randn(3, n),
        call=say("MyLazyLinear({out})(x)", out=out),
    )

    expect_linear_shapes(values, out, n)
    for name, value in values.items():
        least, most = value.aminmax()
        expect_true(
            -(n**-0.5) <= least < -0.5 * n**-0.5 and 0.5 * n**-0.5 < most <= n**-0.5,
            say("The initial values of {name} are not as promised.", name=name),
            expected=say(
                "random numbers from -1/√{n} to 1/√{n}, ±{value:.4g}",
                n=n,
                value=n ** (-0.5),
            ),
            got=say(
                "numbers from {least:.4g} to {most:.4g}",
                least=least.item(),
                most=most.item(),
            ),
            cause="materialize() reserves memory and puts no values there"
            if least == most
            else None,
        )


def test_my_lazy_linear_refuses_a_second_width(observe, rng):
    n, other, out = rng.sample(DISTINCT, 3)
    xs = torch.randn(3, n), torch.randn(3, other)
    call = say(
        "layer = MyLazyLinear({out}); layer(x) of width {n}, then of width {other}",
        out=out,
        n=n,
        other=other,
    )

    raised = observe.error(call_with_two_widths, out, *xs, call=call)
    before, after = observe(values_after_a_wrong_width, out, *xs, call=call)

    expect_error(
        raised,
        RuntimeError,
        "MyLazyLinear does not refuse an input of another width with a RuntimeError.",
        cause="only the first input gives shapes, and only to placeholders",
    )
    expect_same_values(
        after, before, "An input of another width changes MyLazyLinear's parameters."
    )


@pytest.mark.weight(2)
def test_my_lazy_linear_loads_a_state_before_the_first_call(observe, rng):
    n, out = rng.sample(DISTINCT, 2)
    state = {"weight": torch.randn(out, n), "bias": torch.randn(out)}
    x = torch.randn(3, n)
    call = say(
        "layer = MyLazyLinear({out}); layer.load_state_dict(state); layer(x)", out=out
    )

    loaded, y, after = observe(
        load_into_waiting_layer,
        out,
        state,
        x,
        call=call,
        causes={
            "size mismatch|uninitialized parameter": "nn.Module alone "
            "cannot load into placeholders: LazyModuleMixin can"
        },
    )

    expect_same_values(
        {name: loaded[name] for name in state if name in loaded},
        state,
        "MyLazyLinear does not load a state dict before the first call.",
    )
    expect_same_values(
        {name: after[name] for name in state if name in after},
        state,
        "The first call after loading changes the loaded values.",
        cause="initialize only what is still a placeholder",
    )
    expect_close(
        y,
        nn.functional.linear(x, state["weight"], state["bias"]),
        "After loading, MyLazyLinear does not compute x @ weight.T + bias.",
    )


def test_my_lazy_linear_loads_a_state_after_the_first_call(observe, rng):
    n, out = rng.sample(DISTINCT, 2)
    state = {"weight": torch.randn(out, n), "bias": torch.randn(out)}

    values = observe(
        load_into_called_layer,
        out,
        state,
        torch.randn(3, n),
        call=say(
            "layer = MyLazyLinear({out}); layer(x); layer.load_state_dict(state)",
            out=out,
        ),
    )

    expect_same_values(
        {name: values[name] for name in state if name in values},
        state,
        "MyLazyLinear does not load a state dict after the first call.",
    )


def test_my_lazy_linear_loads_a_state_without_shapes(observe, rng):
    n, out = rng.sample(DISTINCT, 2)

    before, after = observe(
        load_state_without_shapes,
        out,
        torch.randn(3, n),
        call="layer.load_state_dict(another.state_dict()), neither of them called yet",
    )

    expect_equal(
        dict(sorted(before.items())),
        {"bias": None, "weight": None},
        "After loading a state without shapes, the layer does not wait for its input.",
    )
    expect_equal(
        dict(sorted(after.items())),
        {"bias": (out,), "weight": (out, n)},
        "After loading a state without shapes, the first input fixes no shapes.",
    )


def test_my_lazy_linear_keeps_the_dtype_of_its_placeholders(observe, rng):
    n, out = rng.sample(DISTINCT, 2)
    x = torch.randn(3, n, dtype=torch.float64)
    call = say("MyLazyLinear({out}).double()(x) with x in float64", out=out)

    y, values = observe(
        run_lazy_linear_in_double,
        out,
        x,
        call=call,
        causes={
            "dtype": "materialize() keeps the dtype that the placeholder was given"
        },
    )

    expect_linear_shapes(values, out, n, "torch.float64")
    expect_close(
        y,
        nn.functional.linear(x, values["weight"], values["bias"]),
        "MyLazyLinear does not compute x @ weight.T + bias in float64.",
    )


def test_my_lazy_linear_is_trained_by_an_earlier_optimizer(observe, rng):
    n, out = rng.sample(DISTINCT, 2)
    call = "SGD(layer.parameters()); layer(x); a step of SGD"
    x = torch.randn(5, n)

    before, after = observe(
        train_lazy_linear,
        out,
        x,
        call=call,
        causes={
            "empty parameter list": "what comes into being at the first call only is "
            "unknown to an optimizer made before it"
        },
    )

    expect_linear_shapes(before, out, n)
    expect_linear_shapes(after, out, n)
    expect_true(
        not any(is_same(before[name], after[name]) for name in before),
        "An optimizer made before the first call does not train MyLazyLinear.",
        expected="weight and bias change",
        got="not both do",
        cause="the placeholder itself becomes the parameter: put no new one there",
    )
