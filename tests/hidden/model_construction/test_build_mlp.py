"""build_mlp builds what its config describes; MLPConfig refuses wrong values."""

import math
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import fill, say
from model_construction_helpers import DISTINCT, STATES, forms

pytestmark = pytest.mark.exercise("model_construction.build_mlp")

Values = tuple[Any, ...]
ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}


def built(ex: Any, values: Values) -> Any:
    return fill(ex.build_mlp(ex.MLPConfig(*values)))


def forms_in_built(ex: Any, values: Values) -> list[str]:
    return forms(built(ex, values).parameters())


def run_built(ex: Any, values: Values, x: Tensor) -> Tensor:
    return built(ex, values)(x)


def build_again(ex: Any, values: Values) -> dict[str, Any]:
    """Return whether the config is kept, and what a second network is like."""
    config = ex.MLPConfig(*values)
    net = ex.build_mlp(config)
    is_kept = bool(net.config == config)
    again = ex.build_mlp(net.config)
    own = {p.data_ptr() for p in net.parameters()}
    entries = {id(p): p.numel() for p in (*net.parameters(), *again.parameters())}
    return {
        "entries of both": sum(entries.values()),
        "net.config == config": is_kept,
        "parameters again": forms(again.parameters()),
        "shared": any(p.data_ptr() in own for p in again.parameters()),
    }


def judge_config(ex: Any, fields: dict[str, Any], field: str) -> str:
    """Return what the configuration says of itself, or that it is refused."""
    try:
        return str(getattr(ex.MLPConfig(**fields), field))
    except ValueError:
        return "refused"


def names_field(ex: Any, fields: dict[str, Any], field: str) -> bool:
    """Return whether the refusal names the field."""
    try:
        ex.MLPConfig(**fields)
    except ValueError as error:
        return field in str(error)
    return False


def mlp(widths: list[int], kind: type[nn.Module]) -> nn.Module:
    layers = [part for pair in pairwise(widths) for part in (nn.Linear(*pair), kind())]
    return fill(nn.Sequential(*layers[:-1]))


@pytest.mark.weight(2)
def test_build_mlp_builds_what_the_config_describes(sweep, rng):
    inner, *hidden, out = widths = rng.sample(range(4, 14), 5)
    x = 3 * torch.randn(6, inner)
    sweep.cases(
        forms_in_built,
        {
            f"for {n} hidden layers": ((inner, tuple(hidden[:n]), out),)
            for n in (3, 1, 0)
        },
        call=say("build_mlp(MLPConfig{values}).parameters()", values=tuple(widths)),
        fault="The network does not hold the parameters of the Linear layers.",
        slips={
            "modules kept in a plain list are invisible to nn.Module": [],
            "the layers have no bias": lambda got: not any(",)" in f for f in got),
            "a hidden width is left out": lambda got: len(got) in (2, 4, 6),
        },
        because={"for 0 hidden layers": "hidden may be empty"},
    )
    sweep.cases(
        run_built,
        {
            f"for {kind}": ((inner, tuple(hidden), out, kind), x)
            for kind in ("tanh", "relu", "gelu")
        },
        call=say("build_mlp(config)(x) with x (6, {inner})", inner=inner),
        slips={
            "an activation follows the last layer too": mlp(widths, nn.Tanh)(x).tanh(),
            "the activation is missing": mlp(widths, nn.Identity)(x),
            "the activation is relu, whatever the config says": mlp(widths, nn.ReLU)(x),
            "the activation is gelu, whatever the config says": mlp(widths, nn.GELU)(x),
        },
        because={
            "for relu": "the activation is another one than the config says",
            "for gelu": "gelu is nn.GELU(), which is exact, no approximation",
        },
    )


def test_build_mlp_keeps_its_config(sweep, rng):
    inner, *hidden, out = rng.sample(DISTINCT, 4)
    sweep.cases(
        build_again,
        {"": ((inner, tuple(hidden), out, "tanh"),)},
        call="net = build_mlp(config); build_mlp(net.config)",
        fault="The network does not keep what builds another one like it.",
        slips={
            "two networks share parameters: make the layers anew at every call": (
                lambda seen: seen["shared"]
            ),
        },
    )


@pytest.mark.weight(2)
def test_mlp_config_takes_good_values_and_no_others(sweep, rng):
    at = rng.randrange(3)

    def hidden(width: Any) -> Values:
        return tuple(width if i == at else 5 for i in range(3))

    default = {"in_features": 3, "hidden": (4, 6), "out_features": 2}
    good = [("in_features", 1), ("hidden", hidden(1)), ("out_features", 1)]
    good += [("out_features", rng.randrange(20, 10_000)), ("hidden", ())]
    good += [("activation", name) for name in ACTIVATIONS]
    small = "check in __post_init__ that each width is at least 1"
    each = "check every width in hidden: each is an int of at least 1"
    other = "check in __post_init__ that it is an int, not its size alone"
    unknown = "check in __post_init__ that the activation is a known one; falling "
    bad: dict[str, list[tuple[str, Any]]] = {small: [], other: [], each: []}
    for field in ("in_features", "out_features"):
        bad[small] += [(field, 0), (field, -3)]
        bad[other] += [(field, w) for w in (2.5, 3.0, math.nan, "8", None, [4])]
    bad[each] += [("hidden", hidden(w)) for w in (0, -3, 2.5, 3.0, "8", None, [4])]
    texts = ["swish", "ReLU", "", "tan", "relu, tanh", " relu", "sigmoid"]
    bad[unknown + "back to another one hides the mistake"] = [
        ("activation", text) for text in texts
    ]
    pairs = [*good, *(pair for pairs in bad.values() for pair in pairs)]
    cases = {
        f"for {field}={value!r}": ({**default, field: value}, field)
        for field, value in pairs
    }
    because = {
        f"for {field}={value!r}": cause
        for cause, pairs in bad.items()
        for field, value in pairs
    }
    sweep.cases(
        judge_config,
        {"": (default, "activation"), **cases},
        call="MLPConfig(…), with one value that is good or bad",
        fault="The default activation is another one.",
        because=because,
        causes={"^(Assertion|Type|Key)Error": "a bad value is refused by a ValueError"},
    )
    sweep.cases(
        names_field,
        {when: cases[when] for when in because},
        call="MLPConfig(…), with one value that is bad",
        because=dict.fromkeys(because, "the message contains the name of the field"),
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("depth", [0, 1, 3])
def test_build_mlp_keeps_its_promise_in_every_state(sweep, rng, depth):
    inner, *hidden, out = rng.sample(DISTINCT, 2 + depth)
    values = inner, tuple(hidden), out, rng.choice(list(ACTIVATIONS))

    sweep(
        built,
        values,
        inputs=lambda *lead: (torch.randn(*lead, inner),),
        columns=STATES,
        call=say("build_mlp(MLPConfig{values})(x)", values=values),
    )
