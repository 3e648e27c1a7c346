"""build_mlp builds what its config describes; MLPConfig refuses wrong values."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_close, expect_equal, expect_error, expect_true, say
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


def default_activation(ex: Any) -> str:
    return ex.MLPConfig(in_features=3, hidden=(4,), out_features=2).activation


def make_config(ex: Any, fields: dict[str, Any]) -> bool:
    ex.MLPConfig(**fields)
    return True


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


def test_build_mlp_without_hidden_layers_is_one_linear(observe, rng):
    inner, out = rng.sample(DISTINCT, 2)
    fields = {"in_features": inner, "hidden": (), "out_features": out}
    x = torch.randn(2, 3, inner)

    y, parameters = observe(
        build_and_run,
        fields,
        x,
        call=say("build_mlp(MLPConfig({inner}, (), {out}))(x)", inner=inner, out=out),
    )

    expect_layers(parameters, [inner, out])
    expected = layer_of(parameters, x, out)
    expect_close(
        y,
        expected,
        "Without hidden layers, the network is not one Linear layer.",
        slips={"an activation follows the last layer too": expected.relu()},
    )


@pytest.mark.parametrize("field", ["in_features", "hidden", "out_features"])
def test_build_mlp_takes_a_width_of_one(observe, rng, field):
    inner, *hidden, out = rng.sample(DISTINCT, 4)
    fields = {"in_features": inner, "hidden": tuple(hidden), "out_features": out}
    fields[field] = (hidden[0], 1) if field == "hidden" else 1
    widths = [fields["in_features"], *fields["hidden"], fields["out_features"]]
    x = torch.randn(3, widths[0])

    y, parameters = observe(
        build_and_run,
        fields,
        x,
        call=say("build_mlp(MLPConfig{values})(x)", values=tuple(fields.values())),
        causes={r"ValueError": "a width is an int of at least 1: 1 is one"},
    )

    expect_layers(parameters, widths)
    expect_close(
        y,
        mlp_reference(parameters, widths, x, torch.relu),
        "A network with a width of 1 does not compute what its config describes.",
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
    activation = observe(default_activation, call="MLPConfig(3, (4,), 2).activation")

    expect_equal(activation, "relu", "The default activation is another one.")


@pytest.mark.weight(2)
@pytest.mark.parametrize("width", [0, -3, 2.5])
@pytest.mark.parametrize("field", ["in_features", "hidden", "out_features"])
def test_mlp_config_refuses_a_bad_width(observe, rng, field, width):
    fields = {"in_features": 3, "hidden": (4, 5, 6), "out_features": 2}
    at = rng.randrange(3)
    hidden = (*fields["hidden"][:at], width, *fields["hidden"][at + 1 :])
    fields[field] = hidden if field == "hidden" else width

    raised = observe.error(
        make_config,
        fields,
        call=say("MLPConfig with {field}={fields}", field=field, fields=fields[field]),
    )

    expect_error(
        raised,
        ValueError,
        "MLPConfig does not refuse a bad width with the name of its field.",
        mentions=field,
        cause="check in __post_init__ that each width is an int, and at least 1",
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("activation", ["swish", "ReLU", ""])
def test_mlp_config_refuses_an_unknown_activation(observe, activation):
    fields = {
        "in_features": 3,
        "hidden": (4,),
        "out_features": 2,
        "activation": activation,
    }

    raised = observe.error(
        make_config,
        fields,
        call=say("MLPConfig(3, (4,), 2, {activation})", activation=repr(activation)),
    )

    expect_error(
        raised,
        ValueError,
        "MLPConfig does not refuse an unknown activation with the name of its field.",
        mentions="activation",
        cause="check in __post_init__ that the activation is a known one; "
        "falling back to another one hides the mistake",
    )
