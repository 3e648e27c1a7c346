"""MySequential runs, registers and names its modules as nn.Sequential does."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import (
    MODULES,
    TENSORS,
    Module,
    expect_close,
    expect_equal,
    expect_true,
    say,
)
from model_construction_helpers import (
    DISTINCT,
    Failing,
    Hooked,
    frozen,
    in_eval,
    use_networks,
)

pytestmark = pytest.mark.exercise("model_construction.MySequential")


def run_in_order(ex: Any, layers: list[nn.Module], x: Tensor) -> Tensor:
    return ex.MySequential(*layers)(x)


def run_few(ex: Any, layer: nn.Module, x: Tensor) -> tuple[Any, Any]:
    return ex.MySequential()(x), ex.MySequential(layer)(x)


def names_in_state(ex: Any, layers: list[nn.Module]) -> tuple[list[str], bool]:
    """Return the names in the state dict, and whether modules() is hidden."""
    net = ex.MySequential(*layers)
    return list(net.state_dict()) if callable(net.modules) else [], callable(
        net.modules
    )


def mixed_layers(rng) -> tuple[list[nn.Module], int]:
    inner, hidden, out = rng.sample(DISTINCT, 3)
    return [nn.Linear(inner, hidden), nn.Tanh(), nn.Linear(hidden, out)], inner


@pytest.mark.parametrize("times", [1, 2, 12])
def test_sequential_runs_its_modules_in_the_order_given(observe, rng, times):
    d = rng.choice(DISTINCT)
    layer, other = nn.Linear(d, d), nn.Tanh()
    layers = [layer, other] * times
    x = torch.randn(5, d)

    y = observe(
        run_in_order,
        layers,
        x,
        call=say("MySequential(*[layer, tanh] * {times})(x)", times=times),
    )

    by_text = [layers[int(name)] for name in sorted(map(str, range(2 * times)))]
    expect_close(
        y,
        nn.Sequential(*layers)(x),
        "MySequential does not run its modules in the order given.",
        slips={
            "return after the loop over the modules, not in it": layer(x),
            "children() leaves out repeated modules": nn.Sequential(layer, other)(x),
            'as texts, "10" comes before "2": keep the order given': (
                nn.Sequential(*by_text)(x)
            ),
        },
    )


def test_sequential_without_modules_is_the_identity(observe):
    layer, x = nn.Linear(2, 2), torch.randn(3, 2)

    y, by_one = observe(run_few, layer, x, call="MySequential()(x)")

    expect_true(
        isinstance(y, Tensor) and torch.equal(y, x),
        "Without modules, MySequential is not the identity.",
        expected="x",
        got="None" if y is None else "something else",
        cause="without modules the loop does not run: what it hands on begins as x",
    )
    expect_close(by_one, layer(x), "A single module does not run.")


@pytest.mark.weight(2)
@pytest.mark.parametrize("repeats", [1, 2])
def test_sequential_registers_and_names_its_modules(observe, rng, repeats):
    layers = mixed_layers(rng)[0] * repeats

    names, is_seen = observe(
        names_in_state,
        layers,
        call=say("MySequential(*[Linear, Tanh, Linear] * {n}).state_dict()", n=repeats),
    )

    once = list(nn.Sequential(*layers[:3]).state_dict())
    expect_equal(
        names,
        list(nn.Sequential(*layers).state_dict()),
        "The names in the state dict are not those of nn.Sequential.",
        slips={
            "self.modules = … hides nn.Module.modules(); a list registers nothing": (
                lambda _: not is_seen
            ),
            "modules kept in a plain list are invisible to nn.Module": [],
            "a container of its own adds its name in front": (
                lambda names: all(name.count(".") > 1 for name in names)
            ),
            "modules that share one name replace each other: name them str(i)": (
                lambda names: len({name.partition(".")[0] for name in names}) == 1
            ),
            "a module that is listed again has a second name": once,
            "the names count from 0": lambda names: names[0].startswith("1."),
        },
    )


@pytest.mark.weight(2)
def test_sequential_keeps_its_promise_in_every_state(sweep, rng):
    layers, inner = mixed_layers(rng)

    sweep(
        Module("MySequential", filled=False),
        *layers,
        inputs=lambda *lead: (torch.randn(*lead, inner),),
        columns=(*TENSORS, *MODULES),
        call="MySequential(Linear, Tanh, Linear)(x)",
    )


def test_sequential_uses_its_modules_as_they_are(sweep, rng):
    d, out = rng.sample(DISTINCT, 2)
    x = torch.randn(4, d)
    shared = Hooked(d, d)
    cases = {
        "for modules with hooks": [Hooked(d, d), Hooked(d, out)],
        "for modules in eval mode": [Hooked(d, d), in_eval(Hooked(d, out))],
        "for frozen modules": [frozen(Hooked(d, d)), Hooked(d, out)],
        "for a single module": [Hooked(d, out)],
        "for a module that is listed three times": [shared, nn.Tanh(), shared, shared],
        "for chains in a chain": [nn.Sequential(Hooked(d, d), nn.Sequential())],
        "for modules that change the shape": [nn.Flatten(0), nn.Unflatten(0, (-1, d))],
        "when a module raises an exception": [Hooked(d, d), Failing()],
    }
    sweep.cases(
        use_networks,
        {when: ("MySequential", given, x) for when, given in cases.items()},
        call="MySequential(*modules)(x); modules",
        raises=(LookupError,),
    )
