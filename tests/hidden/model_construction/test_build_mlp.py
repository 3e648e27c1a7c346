"""build_mlp builds what its config describes; MLPConfig refuses wrong values."""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import (
    MODULES,
    TENSORS,
    expect_close,
    expect_equal,
    expect_error,
    expect_true,
    fill,
    say,
)
from model_construction_helpers import DISTINCT, forms, layer_of

pytestmark = pytest.mark.exercise("model_construction.build_mlp")


def build_and_run(
    ex: Any, fields: dict[str, Any], x: Tensor
) -> tuple[Tensor, list[Tensor]]:
    net = ex.build_mlp(ex.MLPConfig(**fields))
    return net(x), list(net.parameters())


def build_again(
    ex: Any, fields: dict[str, Any]
) -> tuple[bool, list[Tensor], list[Tensor]]:
    config = ex.MLPConfig(**fields)
    net = ex.build_mlp(config)
    again = ex.build_mlp(net.config)
    is_kept = bool(net.config == config)
    with torch.no_grad():
        for p in net.parameters():
            p.fill_(5)
    return is_kept, list(net.parameters()), list(again.parameters())


def make_config(ex: Any, fields: dict[str, Any]) -> str:
    return ex.MLPConfig(**fields).activation


def judge_config(ex: Any, fields: dict[str, Any], field: str) -> str:
    """Return what the configuration says of itself, or its refusal."""
    try:
        config = ex.MLPConfig(**fields)
    except ValueError as error:
        return "refused by name" if field in str(error) else "refused without name"
    return str(getattr(config, field))


def built(ex: Any, fields: dict[str, Any]) -> Any:
    return fill(ex.build_mlp(ex.MLPConfig(**fields)))


ACTIVATIONS = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "gelu": nn.functional.gelu,
}


def expect_layers(parameters: list[Tensor], widths: list[int]) -> None:
    layers = [nn.Linear(a, b) for a, b in pairwise(widths)]
    expected = sorted(forms([p for layer in layers for p in layer.parameters()]))
    expect_equal(
        sorted(forms(parameters)),
        expected,
        "The network does not hold the parameters of the Linear layers.",
        slips={
            "modules kept in a plain list are invisible to nn.Module": [],
            "the layers have no bias": lambda got: 2 * len(got) == len(expected),
            "one hidden width is left out": lambda got: len(got) < len(expected),
        },
    )


def mlp_reference(
    parameters: list[Tensor],
    widths: list[int],
    x: Tensor,
    activate: Callable[[Tensor], Tensor],
) -> Tensor:
    for width in widths[1:-1]:
        x = activate(layer_of(parameters, x, width))
    return layer_of(parameters, x, widths[-1])


@pytest.mark.weight(2)
@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu"])
@pytest.mark.parametrize("depth", [1, 3])
def test_build_mlp_builds_what_the_config_describes(observe, rng, activation, depth):
    inner, *hidden, out = widths = rng.sample(range(4, 14), 2 + depth)
    fields = {
        "in_features": inner,
        "hidden": tuple(hidden),
        "out_features": out,
        "activation": activation,
    }
    x = 3 * torch.randn(6, inner)

    y, parameters = observe(
        build_and_run,
        fields,
        x,
        call=say("build_mlp(MLPConfig{values})(x)", values=tuple(fields.values())),
    )

    expect_layers(parameters, widths)
    activate = ACTIVATIONS[activation]
    expected = mlp_reference(parameters, widths, x, activate)
    others = {
        f"the activation is {name}, whatever the config says": mlp_reference(
            parameters, widths, x, other
        )
        for name, other in ACTIVATIONS.items()
        if name != activation
    }
    expect_close(
        y,
        expected,
        "The network does not compute what its config describes.",
        slips={
            "an activation follows the last layer too": activate(expected),
            "the activation is missing": mlp_reference(
                parameters, widths, x, lambda x: x
            ),
            **others,
        },
    )


def test_build_mlp_keeps_its_config(observe, rng):
    inner, *hidden, out = widths = rng.sample(DISTINCT, 4)
    fields = {
        "in_features": inner,
        "hidden": tuple(hidden),
        "out_features": out,
        "activation": "tanh",
    }

    is_kept, first, second = observe(
        build_again, fields, call="net = build_mlp(config); build_mlp(net.config)"
    )

    expect_true(
        is_kept,
        "The network does not keep the config that it was built from.",
        expected="net.config == config",
        got="another config",
    )
    expect_layers(first, widths)
    expect_layers(second, widths)
    expect_true(
        not any((p == 5).any() for p in second),
        "Two networks of one config share parameters.",
        expected="parameters that stay as they are when the other network's change",
        got="some that change with them",
        cause="make the layers anew at every call",
    )


def test_mlp_config_takes_relu_unless_told_otherwise(observe):
    fields = {"in_features": 3, "hidden": (4,), "out_features": 2}

    activation = observe(make_config, fields, call="MLPConfig(3, (4,), 2).activation")

    expect_equal(activation, "relu", "The default activation is another one.")


REFUSALS = {
    ("in_features", 0): "check in __post_init__ that each width is at least 1",
    ("hidden", (4, 0, 6)): "every width in hidden must be at least 1, too",
    ("out_features", 2.5): "2.5 is no width: check in __post_init__ that it is an int",
    ("activation", "swish"): "check in __post_init__ that the activation is a known "
    "one; falling back to another one hides the mistake",
}


@pytest.mark.weight(2)
@pytest.mark.parametrize(("field", "value"), REFUSALS)
def test_mlp_config_refuses_with_the_name_of_the_field(observe, field, value):
    fields = {"in_features": 3, "hidden": (4,), "out_features": 2, field: value}

    raised = observe.error(
        make_config,
        fields,
        call=say("MLPConfig with {field}={value}", field=field, value=repr(value)),
    )

    expect_error(
        raised,
        ValueError,
        "MLPConfig does not refuse a bad value with the name of its field.",
        mentions=field,
        cause=REFUSALS[field, value],
    )


@pytest.mark.weight(2)
def test_mlp_config_takes_good_values_and_no_others(sweep, rng):
    at = rng.randrange(3)

    def hidden(width: Any) -> tuple[Any, ...]:
        return tuple(width if i == at else 5 for i in range(3))

    fields = {"in_features": 3, "hidden": (4, 6), "out_features": 2}
    good = {"in_features": 1, "hidden": hidden(1), "out_features": 1}
    bad = [0, -3, 2.5, 3.0, math.nan, "8", None, [4]]
    cases = list(good.items())
    cases += [("hidden", ()), *(("activation", name) for name in ACTIVATIONS)]
    for width in bad:
        cases += [("in_features", width), ("out_features", width)]
        cases += [("hidden", hidden(width))]
    unknown = ["ReLU", "", "tan", "relu, tanh", " relu", "sigmoid"]
    cases += [("activation", name) for name in unknown]

    sweep.cases(
        judge_config,
        {
            f"for {field}={value!r}": ({**fields, field: value}, field)
            for field, value in cases
        },
        call="MLPConfig(…), with one value that is good or bad",
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("depth", [0, 1, 3])
def test_build_mlp_keeps_its_promise_in_every_state(sweep, rng, depth):
    inner, *hidden, out = rng.sample(DISTINCT, 2 + depth)
    fields = {"in_features": inner, "hidden": tuple(hidden), "out_features": out}
    fields["activation"] = rng.choice(list(ACTIVATIONS))

    sweep(
        built,
        fields,
        inputs=lambda *lead: (torch.randn(*lead, inner),),
        columns=(*TENSORS, *MODULES),
        call=say("build_mlp(MLPConfig{values})(x)", values=tuple(fields.values())),
    )
