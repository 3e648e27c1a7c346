"""MyLazyLinear becomes a linear layer at its first input, or when it loads a state."""

import copy
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from deferred_init_helpers import (
    DISTINCT,
    Seen,
    Shape,
    outcome,
    shapes_of,
    values_of,
)
from grader.observe import (
    MODULES,
    TENSORS,
    expect_close,
    expect_equal,
    expect_true,
    say,
)
from grader.sandbox.states import default_double
from grader.sandbox.trials import fill

pytestmark = pytest.mark.exercise("deferred_init.MyLazyLinear")


def placeholders_of(
    ex: Any, out: int
) -> tuple[dict[str, Shape | None], dict[str, bool], dict[str, bool]]:
    """Return shapes, and for each entry of two state dicts whether it waits."""
    layer = ex.MyLazyLinear(out)
    inside = nn.Sequential(ex.MyLazyLinear(out)).state_dict()
    entries = (
        {n: is_lazy(t) for n, t in s.items()} for s in (layer.state_dict(), inside)
    )
    return shapes_of(layer), *entries


def run_lazy_linear(
    ex: Any, out: int, x: Tensor
) -> tuple[Tensor, dict[str, Tensor], bool]:
    """Return the result, the values, and whether the placeholders became parameters."""
    layer = ex.MyLazyLinear(out)
    before = list(layer.parameters())
    y = layer(x)
    same = [a is b and a.requires_grad for a in before for b in layer.parameters()]
    return y, values_of(layer), sum(same) == 2


def shaped(ex: Any, n: int, out: int) -> nn.Module:
    """Return a layer with a shape, and values that follow from it."""
    layer = ex.MyLazyLinear(out)
    layer(torch.zeros(1, n))
    return fill(layer)


def first_call(
    ex: Any,
    out: int,
    x: Tensor,
    change: Callable[[Any, nn.Module], nn.Module],
    default: torch.dtype = torch.float32,
) -> Seen:
    """Return what the first call makes of a layer that something was done to."""
    layer = change(ex, ex.MyLazyLinear(out))
    waits = all(map(is_lazy, layer.parameters()))
    with default_double() if default == torch.float64 else nullcontext():
        result = layer(x)
    parameters = dict(sorted(layer.named_parameters()))
    return {
        "waits": waits,
        **{n: (str(p.dtype), *p.shape) for n, p in parameters.items()},
        "trainable": [p.requires_grad and p.is_leaf for p in parameters.values()],
        "result": (str(result.dtype), *result.shape),
        "filled": fill(layer)(x),
    }


def loaded_from_waiting(ex: Any, layer: nn.Module) -> nn.Module:
    layer.load_state_dict(ex.MyLazyLinear(3).state_dict())
    return layer


CHANGES = {
    "": lambda _, layer: layer,
    "after .double()": lambda _, layer: layer.double(),
    "after .to(torch.bfloat16)": lambda _, layer: layer.bfloat16(),
    "for a deep copy": lambda _, layer: copy.deepcopy(layer),
}


def load_state(
    ex: Any, out: int, state: dict[str, Tensor], xs: list[Tensor], prefix: str
) -> tuple[dict[str, Tensor], Tensor, dict[str, Tensor]]:
    """Load into a layer after all but the last call; inside a network for a prefix."""
    layer = nn.Sequential(ex.MyLazyLinear(out)) if prefix else ex.MyLazyLinear(out)
    for x in xs[:-1]:
        layer(x)
    layer.load_state_dict({prefix + name: t for name, t in state.items()})
    loaded = values_of(layer)
    return loaded, layer(xs[-1]), values_of(layer)


def call_with_two_widths(
    ex: Any, out: int, first: Tensor, second: Tensor
) -> tuple[str, Seen, Seen]:
    """Return what a second width gives, and a result and values on either side."""
    layer = ex.MyLazyLinear(out)
    layer(first)
    fill(layer)
    before = {"y": layer(first), **dict(sorted(values_of(layer).items()))}
    raised = outcome(RuntimeError, layer, second)
    return raised, before, {"y": layer(first), **dict(sorted(values_of(layer).items()))}


MIXIN = {
    "size mismatch|uninitialized parameter": "nn.Module alone cannot save or load "
    "placeholders: LazyModuleMixin can",
    "dtype|Double": "materialize() keeps the dtype that the placeholder was given",
}


def test_my_lazy_linear_starts_with_placeholders(observe, rng):
    out = rng.choice(DISTINCT)

    shapes, entries, inside = observe(
        placeholders_of,
        out,
        call=say("MyLazyLinear({out}), its parameters and its state dict", out=out),
        causes=MIXIN,
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
    for prefix, found in (("", entries), ("0.", inside)):
        expect_equal(
            dict(sorted(found.items())),
            {f"{prefix}bias": True, f"{prefix}weight": True},
            "The state dict does not have weight and bias before the first call.",
            cause="placeholders belong into the state dict, too, as LazyModuleMixin "
            "saves them",
        )


@pytest.mark.weight(2)
@pytest.mark.parametrize("leading", [0, 1, 2], ids=["vector", "batch", "two_dims"])
def test_my_lazy_linear_computes_a_linear_layer(observe, rng, leading):
    n, out = rng.sample(DISTINCT, 2)
    x = torch.randn(*rng.sample(DISTINCT, leading), n)

    y, values, same = observe(
        run_lazy_linear,
        out,
        x,
        call=say("MyLazyLinear({out})(x) with x {x}", out=out, x=x),
    )

    expect_equal(
        {name: (str(v.dtype), *v.shape) for name, v in sorted(values.items())},
        {"bias": ("torch.float32", out), "weight": ("torch.float32", out, n)},
        "MyLazyLinear does not have a weight (out_features, n) and a bias "
        "(out_features,).",
        slips={
            "weight is (out_features, n), as in nn.Linear, not transposed": (
                lambda found: found["weight"][1:] == (n, out)
            ),
            "a layer inside adds its name in front of weight and bias": (
                lambda found: any("." in name for name in found)
            ),
        },
    )
    expect_close(
        y,
        nn.functional.linear(x, values["weight"], values["bias"]),
        "MyLazyLinear does not compute x @ weight.T + bias.",
        slips={"the bias is missing": x @ values["weight"].T},
    )
    expect_true(
        same,
        "An optimizer made before the first call does not train MyLazyLinear.",
        expected="weight and bias are the objects from before",
        got="others",
        cause="the placeholder itself becomes the parameter: put no new one there",
    )


def test_my_lazy_linear_has_random_initial_values(observe, rng):
    n, out = rng.randint(5, 11), rng.randint(400, 500)

    _, values, _ = observe(
        run_lazy_linear,
        out,
        torch.randn(3, n),
        call=say("MyLazyLinear({out})(x)", out=out),
    )

    bound = n**-0.5
    expect_equal(sorted(values), ["bias", "weight"], "The names are others.")
    for name, value in values.items():
        (least, most), inner = value.aminmax(), (value.abs() < bound / 2).float().mean()
        expect_true(
            -bound <= least < -0.9 * bound
            and 0.9 * bound < most <= bound
            and 0.3 < inner < 0.7,
            say("The initial values of {name} are not as promised.", name=name),
            expected=say(
                "uniform random numbers from -1/√{n} to 1/√{n}, ±{bound:.4g}",
                n=n,
                bound=bound,
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


@pytest.mark.weight(2)
def test_my_lazy_linear_works_in_all_states(sweep, rng):
    n, out = rng.sample(DISTINCT, 2)

    sweep(
        shaped,
        n,
        out,
        inputs=lambda *lead: (torch.randn(*lead, n),),
        columns=(*TENSORS, *MODULES),
        call=say("layer = MyLazyLinear({out}); layer(x), more than once", out=out),
        causes=MIXIN,
    )


@pytest.mark.weight(2)
def test_my_lazy_linear_makes_its_parameters_of_what_it_is_then(sweep, rng):
    n, out = rng.sample(DISTINCT, 2)
    x = torch.randn(3, n)

    plain = CHANGES[""]
    dtypes = {"after .double()": x.double(), "after .to(torch.bfloat16)": x.bfloat16()}

    sweep.cases(
        first_call,
        {
            **{k: (out, dtypes.get(k, x), change) for k, change in CHANGES.items()},
            "where float64 is the default dtype later": (out, x, plain, torch.float64),
            "after another waiting layer's state is loaded": (
                3,
                x,
                loaded_from_waiting,
            ),
            "for an empty batch": (out, x[:0], plain),
            "for width 1": (out, x[:, :1], plain),
            "for one output": (1, x, plain),
        },
        call=say("layer = MyLazyLinear({out}), then its first call", out=out),
        causes=MIXIN,
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("called", [0, 1], ids=["waiting", "called"])
@pytest.mark.parametrize("prefix", ["", "0."], ids=["alone", "inside"])
def test_my_lazy_linear_loads_a_state(observe, rng, called, prefix):
    n, out = rng.sample(DISTINCT, 2)
    state = {"weight": torch.randn(out, n), "bias": torch.randn(out)}
    wanted = {prefix + name: state[name] for name in sorted(state)}
    xs = [torch.randn(3, n) for _ in range(called + 1)]

    loaded, y, after = observe(
        load_state,
        out,
        state,
        xs,
        prefix,
        call="layer.load_state_dict(state), then layer(x)",
        causes=MIXIN,
    )

    expect_equal(
        dict(sorted(loaded.items())), wanted, "MyLazyLinear does not load a state dict."
    )
    expect_equal(
        dict(sorted(after.items())),
        wanted,
        "The first call after loading changes the loaded values.",
        cause="initialize only what is still a placeholder",
    )
    expect_close(
        y,
        nn.functional.linear(xs[-1], state["weight"], state["bias"]),
        "After loading, MyLazyLinear does not compute x @ weight.T + bias.",
    )


@pytest.mark.parametrize("second", ["wider", "narrower", "one", "from one"])
def test_my_lazy_linear_refuses_a_second_width(observe, rng, second):
    n, out = rng.randint(4, 9), rng.choice(DISTINCT)
    widths = {"wider": (n, n + 1), "narrower": (n, n - 1), "one": (n, 1)}
    first, then = widths.get(second, (1, n))

    raised, before, after = observe(
        call_with_two_widths,
        out,
        torch.randn(3, first),
        torch.randn(3, then),
        call=say(
            "layer(x) of width {first}, then of width {then}", first=first, then=then
        ),
    )

    expect_equal(
        (tuple(before["y"].shape), tuple(before["weight"].shape)),
        ((3, out), (out, first)),
        "The first input does not give MyLazyLinear its shape.",
    )
    expect_equal(
        raised,
        "RuntimeError",
        "MyLazyLinear does not refuse an input of another width.",
        cause="an axis of size 1 is stretched where tensors are multiplied entry by "
        "entry"
        if 1 in (first, then)
        else "only the first input gives shapes, and only to placeholders",
    )
    expect_equal(
        after, before, "An input of another width changes MyLazyLinear's parameters."
    )
