"""MyLazyLinear becomes a linear layer at its first input, or when it loads a state."""

import copy
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from deferred_init_helpers import DISTINCT, Seen, Shape, outcome, shapes_of, values_of
from grader.observe import (
    MODULES,
    TENSORS,
    draw_name,
    expect_close,
    expect_equal,
    expect_true,
    say,
)
from grader.sandbox.states import default_double
from grader.sandbox.trials import fill

pytestmark = pytest.mark.exercise("deferred_init.MyLazyLinear")

State = dict[str, Tensor]
Change = Callable[[Any, nn.Module], nn.Module]


def placeholders_of(
    ex: Any, out: int, name: str
) -> tuple[dict[str, Shape | None], dict[str, bool]]:
    """Return shapes, and for each entry whether it waits, alone and in a network."""
    layer = ex.MyLazyLinear(out)
    inside = nn.ModuleDict({name: ex.MyLazyLinear(out)})
    entries = {**layer.state_dict(), **inside.state_dict()}
    shapes = {**shapes_of(layer), **shapes_of(inside)}
    return shapes, {name: is_lazy(t) for name, t in entries.items()}


def run_lazy_linear(ex: Any, out: int, x: Tensor) -> tuple[Tensor, State]:
    layer = ex.MyLazyLinear(out)
    return layer(x), values_of(layer)


def values_of_two(ex: Any, out: int, x: Tensor) -> list[State]:
    return [run_lazy_linear(ex, out, x)[1] for _ in range(2)]


def shaped(ex: Any, n: int, out: int) -> nn.Module:
    """Return a layer with a shape, and values that follow from it."""
    layer = ex.MyLazyLinear(out)
    layer(torch.zeros(1, n))
    return fill(layer)


def first_call(ex: Any, out: int, x: Tensor, change: Change, later: Any = None) -> Seen:
    """Return what the first call makes of a layer that something was done to."""
    layer = change(ex, ex.MyLazyLinear(out))
    before, objects = dict(sorted(values_of(layer).items())), list(layer.parameters())
    with (later or nullcontext)():
        result = layer(x)
    parameters = dict(sorted(layer.named_parameters()))
    return {
        "values": {n: [v, parameters[n].detach().clone()] for n, v in before.items()},
        **{n: (str(p.dtype), *p.shape) for n, p in parameters.items()},
        "the same objects": list(map(id, layer.parameters())) == list(map(id, objects)),
        "trainable": [p.requires_grad and p.is_leaf for p in parameters.values()],
        "result": (str(result.dtype), *result.shape),
        "filled": fill(layer)(x),
    }


def two_widths(ex: Any, first: Tensor, second: Tensor) -> Seen:
    """Return what a second width gives, and a result and values on either side."""
    layer = shaped(ex, first.shape[-1], 3)
    before = {"y": layer(first), **dict(sorted(values_of(layer).items()))}
    raised = outcome(RuntimeError, layer, second)
    after = {"y": layer(first), **dict(sorted(values_of(layer).items()))}
    return {"raised": raised, **{k: [before[k], after[k]] for k in before}}


def loaded(layer: nn.Module, state: State) -> nn.Module:
    layer.load_state_dict(state)
    return layer


def load(state: State, *, inside: bool = False, called: bool = False) -> Change:
    """Return what loads a state, inside a network or after a call."""
    prefix = "0." if inside else ""
    named = {prefix + name: tensor for name, tensor in state.items()}

    def change(_: Any, layer: nn.Module) -> nn.Module:
        if called:
            layer(torch.ones(1, state["weight"].shape[1]))
        return loaded(nn.Sequential(layer) if inside else layer, named)

    return change


CAUSES = {
    "size mismatch|uninitialized parameter": "nn.Module alone cannot save or load "
    "placeholders: LazyModuleMixin can",
    "dtype|Double": "materialize() keeps the dtype that the placeholder was given",
}
STRETCHED = "an axis of size 1 is stretched where tensors are multiplied entry by entry"


def test_my_lazy_linear_starts_with_placeholders(observe, rng):
    out, name = rng.choice(DISTINCT), draw_name(rng)
    inside = [f"{name}.bias", f"{name}.weight"]

    shapes, entries = observe(
        placeholders_of,
        out,
        name,
        call=say("MyLazyLinear({out}), its parameters and its state dict", out=out),
        causes=CAUSES,
    )

    expect_equal(
        sorted((n, shape) for n, shape in shapes.items() if n not in inside),
        [("bias", None), ("weight", None)],
        "MyLazyLinear does not start with the placeholders weight and bias.",
        slips={
            "what comes into being at the first call only is unknown to an optimizer "
            "made before it: use UninitializedParameter": [],
            "a parameter has its shape before anything is known of the input": (
                lambda pairs: any(shape for _, shape in pairs)
            ),
        },
    )
    expect_equal(
        dict(sorted(entries.items())),
        dict.fromkeys(sorted(["bias", "weight", *inside]), True),
        "The state dict does not have weight and bias before the first call.",
        cause="placeholders belong into the state dict, too, as LazyModuleMixin "
        "saves them",
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("leading", [0, 1, 2], ids=["vector", "batch", "two_dims"])
def test_my_lazy_linear_computes_a_linear_layer(observe, rng, leading):
    n, out = rng.sample(DISTINCT, 2)
    x = torch.randn(*rng.sample(DISTINCT, leading), n)
    call = say("MyLazyLinear({out})(x) with x {x}", out=out, x=x)

    y, values = observe(run_lazy_linear, out, x, call=call)

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


def test_my_lazy_linear_has_random_initial_values(observe, rng):
    n, out = rng.randint(5, 11), rng.randint(400, 500)
    call = say("MyLazyLinear({out})(x) with x (3, {n})", out=out, n=n)

    values, again = observe(values_of_two, out, torch.randn(3, n), call=call)

    bound = n**-0.5
    expect_equal(sorted(values), ["bias", "weight"], "The names are others.")
    for name, value in values.items():
        expect_true(
            not torch.equal(value, again[name]),
            say("The initial values of {name} are no random numbers.", name=name),
            expected="other numbers in a second layer",
            got="the same",
            cause="materialize() reserves memory and puts no values there"
            if value.unique().numel() == 1
            else None,
        )
        (least, most), inner = value.aminmax(), (value.abs() < bound / 2).float().mean()
        expect_true(
            -bound <= least < -0.9 * bound
            and 0.9 * bound < most <= bound
            and 0.3 < inner < 0.7,
            say("The initial values of {name} are not as promised.", name=name),
            expected=say("uniform random numbers from -1/√{n} to 1/√{n}", n=n),
            got=say("from {a:.4g} to {b:.4g}", a=least.item(), b=most.item()),
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
        causes=CAUSES,
    )


@pytest.mark.weight(2)
def test_my_lazy_linear_makes_its_parameters_of_what_it_is_then(sweep, rng):
    n, out = rng.sample(DISTINCT, 2)
    x = torch.randn(3, n)

    def plain(_: Any, layer: nn.Module) -> nn.Module:
        return layer

    sweep.cases(
        first_call,
        {
            "": (out, x, plain),
            "after .double()": (out, x.double(), lambda _, layer: layer.double()),
            "after .to(torch.bfloat16)": (
                out,
                x.bfloat16(),
                lambda _, layer: layer.to(torch.bfloat16),
            ),
            "for a deep copy": (out, x, lambda _, layer: copy.deepcopy(layer)),
            "where float64 is the default dtype later": (out, x, plain, default_double),
            "after another waiting layer's state is loaded": (
                out,
                x,
                lambda ex, layer: loaded(layer, ex.MyLazyLinear(out).state_dict()),
            ),
            "for an empty batch": (out, x[:0], plain),
            "for width 1": (out, x[:, :1], plain),
            "for one output": (1, x, plain),
        },
        call=say("layer = MyLazyLinear({out}), then its first call", out=out),
        fault="An optimizer made before the first call does not train MyLazyLinear.",
        slips={
            "the placeholder itself becomes the parameter: put no new one there": (
                lambda seen: not seen["the same objects"]
            )
        },
        causes=CAUSES,
    )


@pytest.mark.weight(2)
def test_my_lazy_linear_loads_a_state(sweep, rng):
    n, out = rng.sample(DISTINCT, 2)
    x = torch.randn(3, n)
    state = {"weight": torch.randn(out, n), "bias": torch.randn(out)}

    sweep.cases(
        first_call,
        {
            "": (out, x, load(state)),
            "inside a network": (out, x, load(state, inside=True)),
            "after a call": (out, x, load(state, called=True)),
            "inside, after a call": (out, x, load(state, called=True, inside=True)),
            "for the state of another layer after its first call": (
                out,
                x,
                lambda ex, layer: loaded(layer, shaped(ex, n, out).state_dict()),
            ),
            "after .double()": (
                out,
                x.double(),
                lambda _, layer: loaded(layer.double(), state),
            ),
        },
        call="layer.load_state_dict(state), then layer(x)",
        fault="MyLazyLinear does not load a state dict, and keep it.",
        slips={
            "initialize only what is still a placeholder": (
                lambda seen: not torch.equal(*seen["values"]["weight"])
            )
        },
        causes=CAUSES,
    )


@pytest.mark.weight(2)
def test_my_lazy_linear_refuses_a_second_width(sweep, rng):
    n = rng.randint(4, 9)
    x = torch.randn(3, n + 1)

    sweep.cases(
        two_widths,
        {
            "for a larger width": (x[:, :n], x),
            "for a smaller width": (x, x[:, :n]),
            "for width 1": (x, x[:, :1]),
            "for a larger width than 1": (x[:, :1], x),
        },
        call=say("layer(x) of width {n}, then of another width, then of {n}", n=n),
        fault="MyLazyLinear does not refuse an input of another width, and go on.",
        slips={
            "only the first input gives shapes, and only to placeholders": (
                lambda seen: (
                    seen["raised"] == "no exception"
                    and not torch.equal(*seen["weight"])
                )
            ),
            "a RuntimeError is promised, and no other exception": (
                lambda seen: seen["raised"] not in ("RuntimeError", "no exception")
            ),
        },
        because={"for width 1": STRETCHED, "for a larger width than 1": STRETCHED},
    )
