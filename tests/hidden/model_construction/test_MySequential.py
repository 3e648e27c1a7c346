"""MySequential runs, registers and names its modules as nn.Sequential does."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_close, expect_equal, expect_true, say
from model_construction_helpers import DISTINCT

pytestmark = pytest.mark.exercise("model_construction.MySequential")


def run_in_order(ex: Any, layers: list[nn.Module], x: Tensor) -> Tensor:
    return ex.MySequential(*layers)(x)


def names_in_state(ex: Any, layers: list[nn.Module]) -> list[str]:
    return list(ex.MySequential(*layers).state_dict())


def count_parameters(ex: Any, layers: list[nn.Module]) -> tuple[int, bool]:
    net = ex.MySequential(*layers)
    return len(list(net.parameters())), callable(net.modules)


def load_from_sequential(
    ex: Any, layers: list[nn.Module], state: dict[str, Tensor], x: Tensor
) -> Tensor:
    net = ex.MySequential(*layers)
    net.load_state_dict(state)
    return net(x)


def mixed_layers(rng) -> tuple[list[nn.Module], int]:
    inner, hidden, out = rng.sample(DISTINCT, 3)
    return [nn.Linear(inner, hidden), nn.Tanh(), nn.Linear(hidden, out)], inner


def test_sequential_runs_its_modules_in_the_order_given(observe, rng):
    layers, inner = mixed_layers(rng)
    x = torch.randn(5, inner)

    y = observe(run_in_order, layers, x, call="MySequential(Linear, Tanh, Linear)(x)")

    expect_close(
        y,
        nn.Sequential(*layers)(x),
        "MySequential does not run its modules in the order given.",
        slips={"return after the loop over the modules, not in it": layers[0](x)},
    )


@pytest.mark.parametrize("times", [2, 12])
def test_sequential_runs_a_repeated_module_each_time(observe, rng, times):
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

    expect_close(
        y,
        nn.Sequential(*layers)(x),
        "A module that is listed several times does not run each time.",
        slips={
            "children() leaves out repeated modules": nn.Sequential(layer, other)(x),
        },
    )


def test_sequential_without_modules_is_the_identity(observe):
    x = torch.randn(3, 2)

    y = observe(run_in_order, [], x, call="MySequential()(x)")

    expect_close(y, x, "Without modules, MySequential is not the identity.")


@pytest.mark.weight(2)
def test_sequential_registers_its_modules(observe, rng):
    layers, _ = mixed_layers(rng)

    count, has_modules = observe(
        count_parameters,
        layers,
        call="MySequential(Linear, Tanh, Linear).parameters()",
    )

    hides = "self.modules = … hides nn.Module.modules(), and a list registers nothing"
    lists = "modules kept in a plain list are invisible to nn.Module"
    expect_true(
        count == 4,
        "MySequential does not register the modules you pass it.",
        expected="4 tensors",
        got=say("{count} tensors", count=count),
        cause=None if count else lists if has_modules else hides,
    )


@pytest.mark.parametrize("repeats", [1, 2])
def test_sequential_names_its_modules_like_nn_sequential(observe, rng, repeats):
    layers = mixed_layers(rng)[0] * repeats

    names = observe(
        names_in_state,
        layers,
        call=say(
            "MySequential(*[Linear, Tanh, Linear] * {repeats}).state_dict()",
            repeats=repeats,
        ),
    )

    expect_equal(
        names,
        list(nn.Sequential(*layers).state_dict()),
        "The names in the state dict are not those of nn.Sequential.",
        slips={
            "modules kept in a plain list are invisible to nn.Module": [],
            "a container of its own adds its name in front": (
                lambda names: all(name.count(".") > 1 for name in names)
            ),
            "modules that share one name replace each other: name them str(i)": (
                lambda names: len({name.partition(".")[0] for name in names}) == 1
            ),
            "the names count from 0": (
                lambda names: names and names[0].startswith("1.")
            ),
        },
    )


def test_sequential_loads_the_state_of_nn_sequential(observe, rng):
    layers, inner = mixed_layers(rng)
    trained = nn.Sequential(*mixed_like(layers))
    x = torch.randn(2, inner)

    y = observe(
        load_from_sequential,
        layers,
        trained.state_dict(),
        x,
        call="MySequential(…).load_state_dict(nn.Sequential(…).state_dict())",
    )

    expect_close(
        y,
        trained(x),
        "After loading the state of an nn.Sequential, the outputs differ from its.",
    )


def mixed_like(layers: list[nn.Module]) -> list[nn.Module]:
    """Return layers of the same sizes with other weights."""
    first, _, last = layers
    return [
        nn.Linear(first.in_features, first.out_features),
        nn.Tanh(),
        nn.Linear(last.in_features, last.out_features),
    ]
