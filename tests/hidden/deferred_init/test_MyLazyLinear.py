"""MyLazyLinear becomes a linear layer at its first input, or when it loads a state."""

import copy
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from deferred_init_helpers import DISTINCT, Seen, outcome, values_of
from grader.observe import MODULES, TENSORS, expect_true, say
from grader.observe.compare import is_close
from grader.sandbox.states import default_double
from grader.sandbox.trials import fill

pytestmark = pytest.mark.exercise("deferred_init.MyLazyLinear")

State = dict[str, Tensor]
Change = Callable[[Any, nn.Module], nn.Module]
OUT = 5  # outputs where nothing else is said


def values_of_two(ex: Any, out: int, x: Tensor) -> list[dict[str, Tensor]]:
    """Return the values of two layers after their first call."""
    layers = ex.MyLazyLinear(out), ex.MyLazyLinear(out)
    return [values_of(layer) for layer in layers if layer(x) is not None]


def shaped(ex: Any, n: int, out: int) -> nn.Module:
    """Return a layer with a shape, and values that follow from it."""
    layer = ex.MyLazyLinear(out)
    layer(torch.zeros(1, n))
    return fill(layer)


def first_call(
    ex: Any,
    x: Tensor,
    change: Change,
    mode: Any = nullcontext,
    odd: Tensor | None = None,
    out: int = OUT,
) -> Seen:
    """Return what the first call makes of a layer that something was done to.

    Before it comes a call with `odd`, if there is one, whatever becomes of that.
    """
    waiting = ex.MyLazyLinear(out)
    placeholders = list(map(id, waiting.parameters()))
    entries = {**waiting.state_dict(), **nn.Sequential(waiting).state_dict()}
    begin = {
        "placeholders": {n: is_lazy(p) for n, p in sorted(waiting.named_parameters())},
        "entries that wait": sorted(n for n, t in entries.items() if is_lazy(t)),
    }
    if not all(begin["placeholders"].values()):
        return begin
    layer = change(ex, waiting)
    before, objects = dict(sorted(values_of(layer).items())), list(layer.parameters())
    if odd is not None:
        outcome(RuntimeError, layer, odd)
    with mode():
        result = layer(x)
    parameters = dict(sorted(layer.named_parameters()))
    now = list(map(id, layer.parameters()))
    return {
        **begin,
        "values": {n: [v, parameters[n].detach().clone()] for n, v in before.items()},
        **{n: (str(p.dtype), *p.shape) for n, p in parameters.items()},
        "the same objects": [now == list(map(id, objects)), now == placeholders],
        "trainable": [p.requires_grad and p.is_leaf for p in parameters.values()],
        "result": (str(result.dtype), result.requires_grad, *result.shape),
        "state dict": sorted(n.rpartition(".")[2] for n in layer.state_dict()),
        "filled": fill(layer)(x),
    }


def two_widths(ex: Any, one: Tensor, other: Tensor, state: State | None = None) -> Seen:
    """Return what a second width gives, and a result and values on either side.

    With a state, the layer has its shape from that, and no call comes before.
    """
    before: Seen = {}
    if state is None:
        layer = shaped(ex, one.shape[-1], 3)
        before = {"y": layer(one), **values_of(layer)}
        raised = outcome(RuntimeError, layer, other)
    else:
        layer = loaded(ex.MyLazyLinear(3), state)
        raised = outcome(Exception, layer, other)
    after = {"y": layer(one), **dict(sorted(values_of(layer).items()))}
    return {"raised": raised, **{k: [before.get(k), v] for k, v in after.items()}}


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


DTYPE = "materialize() keeps the dtype that the placeholder was given"
CAUSES = {
    "size mismatch|uninitialized parameter": "nn.Module alone cannot save or load "
    "placeholders: LazyModuleMixin can",
    "dtype|Double": DTYPE,
}
STRETCHED = "an axis of size 1 is stretched where tensors are multiplied entry by entry"


@pytest.mark.weight(2)
def test_my_lazy_linear_makes_its_parameters_of_what_it_is_then(sweep, rng):
    n = rng.choice([2, 3, 4, 6, 7])
    x = torch.randn(3, n)
    other = "after a call with an input in another dtype than the placeholders'"

    def plain(_: Any, layer: nn.Module) -> nn.Module:
        return layer

    sweep.cases(
        first_call,
        {
            "": (x, plain),
            "after .double()": (x.double(), lambda _, layer: layer.double()),
            "after .to(torch.bfloat16)": (
                x.bfloat16(),
                lambda _, layer: layer.to(torch.bfloat16),
            ),
            "for a deep copy": (x, lambda _, layer: copy.deepcopy(layer)),
            "where float64 is the default dtype later": (x, plain, default_double),
            "under torch.no_grad()": (x, plain, torch.no_grad),
            "in eval mode": (x, lambda _, layer: layer.eval()),
            other: (x, plain, nullcontext, x.double()),
            "after another waiting layer's state is loaded": (
                x,
                lambda ex, layer: loaded(layer, ex.MyLazyLinear(OUT).state_dict()),
            ),
            "for an empty batch": (x[:0], plain),
            "for width 1": (x[:, :1], plain),
            "for one output": (x, plain, nullcontext, None, 1),
        },
        call="layer = MyLazyLinear(5), then its first call",
        fault="MyLazyLinear does not become a layer with its first call.",
        slips={
            "what comes into being at the first call only is unknown to an optimizer "
            "made before it: use UninitializedParameter": (
                lambda seen: not seen["placeholders"]
            ),
            "a parameter has its shape before anything is known of the input": (
                lambda seen: not all(seen["placeholders"].values())
            ),
            "placeholders belong into the state dict, too, as LazyModuleMixin saves "
            "them": lambda seen: len(seen["entries that wait"]) < 4,
            "a layer inside adds its name in front of weight and bias": (
                lambda seen: "weight" not in seen
            ),
            "the placeholder itself becomes the parameter: put no new one there": (
                lambda seen: seen["the same objects"] != [True, True]
            ),
            "weight is (out_features, n), as in nn.Linear, not transposed": (
                lambda seen: seen["weight"][1:] == (n, OUT)
            ),
            "the bias is missing": lambda seen: is_close(
                seen["filled"], x @ fill(nn.Linear(n, OUT)).weight.T, 1e-4, 1e-5
            ),
        },
        because={other: DTYPE},
        causes=CAUSES,
    )


@pytest.mark.weight(3)
def test_my_lazy_linear_begins_with_random_values(observe, rng):
    n, out = rng.randint(5, 11), rng.randint(400, 500)
    x = torch.randn(3, n)
    call = say("MyLazyLinear({out})(x) with x (3, {n})", out=out, n=n)

    values, again = observe(values_of_two, out, x, call=call)

    bound = n**-0.5
    for name in ("weight", "bias"):
        value = values[name]
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
    numbers = torch.cat([value.flatten() for value in values.values()])
    expect_true(
        numbers.unique().numel() > 0.9 * numbers.numel(),
        "The initial values are no random numbers of their own for each entry.",
        expected="numbers drawn one by one",
        got=say("{n} unlike numbers", n=numbers.unique().numel()),
    )


@pytest.mark.weight(2)
def test_my_lazy_linear_works_in_all_states(sweep, rng):
    n, out = rng.sample(DISTINCT, 2)

    sweep(
        shaped,
        n,
        out,
        inputs=lambda *lead: (torch.randn(*lead, n),),
        columns=(*TENSORS, *MODULES, "inf", "nan"),
        call=say("layer = MyLazyLinear({out}); layer(x), more than once", out=out),
        causes=CAUSES,
    )


@pytest.mark.weight(2)
def test_my_lazy_linear_loads_a_state(sweep, rng):
    n = rng.choice([2, 3, 4, 6, 7])
    x = torch.randn(3, n)
    state = {"weight": torch.randn(OUT, n), "bias": torch.randn(OUT)}

    sweep.cases(
        first_call,
        {
            "": (x, load(state)),
            "inside a network": (x, load(state, inside=True)),
            "after a call": (x, load(state, called=True)),
            "inside, after a call": (x, load(state, called=True, inside=True)),
            "for the state of another layer after its first call": (
                x,
                lambda ex, layer: loaded(layer, shaped(ex, n, OUT).state_dict()),
            ),
            "after .double()": (x.double(), lambda _, m: loaded(m.double(), state)),
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
    state = {"weight": torch.randn(3, n), "bias": torch.randn(3)}

    sweep.cases(
        two_widths,
        {
            "for a larger width": (x[:, :n], x),
            "for a smaller width": (x, x[:, :n]),
            "for width 1": (x, x[:, :1]),
            "for a larger width than 1": (x[:, :1], x),
            "for an empty batch": (x, x[:0, :n]),
            "in the first call after loading": (x[:, :n], x, state),
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
