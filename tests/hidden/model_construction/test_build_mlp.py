"""build_mlp builds what its config describes; MLPConfig refuses wrong values."""

import math
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import fill, say
from grader.words import as_text
from model_construction_helpers import DISTINCT, STATES, forms, gives

pytestmark = pytest.mark.exercise("model_construction.build_mlp")

Values = tuple[Any, ...]
ACTIVATIONS = "tanh", "relu", "gelu"


def built(ex: Any, values: Values) -> Any:
    return fill(ex.build_mlp(ex.MLPConfig(*values)))


def run_built(ex: Any, values: Values, x: Tensor) -> dict[str, Any]:
    net = built(ex, values)
    return {"parameters": forms(net.parameters()), "result": net(x)}


def build_again(ex: Any, values: Values) -> dict[str, Any]:
    """Return whether the config is kept, and what a second network is like."""
    config = ex.MLPConfig(*values)
    net = ex.build_mlp(config)
    is_kept = bool(net.config == config)
    again = ex.build_mlp(net.config)
    fill(again)
    for p in net.parameters():
        p.data.zero_()
    return {
        "net.config == config": is_kept,
        "parameters again": forms(again.parameters()),
        "sum": torch.stack([p.sum() for p in again.parameters()]).sum().detach(),
    }


def judge_config(ex: Any, fields: dict[str, Any], field: str) -> str:
    """Return what the configuration says of itself, or how it is refused."""
    try:
        return str(getattr(ex.MLPConfig(**fields), field))
    except ValueError as error:
        named = field in str(error)
        return "refused by name" if named else "refused by another name, or none"


def mlp(widths: list[int], kind: type[nn.Module]) -> nn.Module:
    layers = [part for pair in pairwise(widths) for part in (nn.Linear(*pair), kind())]
    return fill(nn.Sequential(*layers[:-1]))


@pytest.mark.weight(2)
def test_build_mlp_builds_what_the_config_describes(sweep, rng):
    inner, out, *hidden = rng.sample(DISTINCT, 5)
    low, middle, high = sorted(hidden)
    hidden = middle, high, low  # in no order
    widths = [inner, *hidden, out]
    x = torch.cat([3 * torch.randn(6, inner), 1e4 * torch.randn(3, inner)])
    same = 3 * (inner,)
    sweep.cases(
        run_built,
        {say("for {x}", x=a): ((inner, hidden, out, a), x) for a in ACTIVATIONS}
        | {
            "for one hidden layer": ((inner, hidden[:1], out), x),
            "for no hidden layer": ((inner, (), out), x),
            "for equal widths": ((inner, same, inner, "tanh"), x),
        },
        call=say("build_mlp(MLPConfig{values})(x) with x {x}", values=widths, x=x),
        fault="The network is not made of the layers that the config describes.",
        slips={
            "modules kept in a plain list are invisible to nn.Module": (
                lambda seen: not seen["parameters"]
            ),
            "the layers have no bias": (
                lambda seen: not any(",)" in form for form in seen["parameters"])
            ),
            "a hidden width is left out": lambda seen: len(seen["parameters"]) < 8,
            "an activation follows the last layer too": (
                gives(mlp(widths, nn.Tanh)(x).tanh())
            ),
            "the activation is relu, whatever the config says": (
                gives(mlp(widths, nn.ReLU)(x))
            ),
        },
        because={
            "for gelu": "gelu is nn.GELU(), which is exact, no approximation",
            "for no hidden layer": "hidden may be empty",
            "for equal widths": "layers of equal widths are several, and one as wide "
            "as the output need not be the last",
        },
    )


def test_build_mlp_keeps_its_config(sweep, rng):
    inner, *hidden, out = rng.sample(DISTINCT, 5)
    sweep.cases(
        build_again,
        {"": ((inner, tuple(hidden), out, "tanh"),)},
        call="net = build_mlp(config); build_mlp(net.config)",
        fault="The network does not keep what builds another one like it.",
        slips={
            "two networks share parameters: make the layers anew at every call": (
                lambda seen: seen["sum"] == 0
            ),
        },
    )


@pytest.mark.weight(2)
def test_mlp_config_takes_good_values_and_no_others(sweep, rng):
    def hidden(width: Any, at: int = 1) -> Values:
        return tuple(width if i == at else 5 for i in range(3))

    default = {"in_features": 3, "hidden": (4, 6), "out_features": 2}
    good = [("in_features", w) for w in (1, rng.randrange(9, 999))]
    good += [("hidden", hidden(1)), ("out_features", 1), ("hidden", ())]
    good += [*(("activation", name) for name in ACTIVATIONS)]
    small = "check in __post_init__ that each width is at least 1"
    each = "check every width in hidden: each is an int of at least 1"
    other = "check in __post_init__ that it is an int, not its size alone"
    unknown = "check the activation: falling back to another one hides the mistake"
    bad: dict[str, list[tuple[str, Any]]] = {small: [], other: [], each: []}
    for field in ("in_features", "out_features"):
        bad[small] += [(field, 0), (field, -3)]
        bad[other] += [(field, w) for w in (3.0, math.nan, "8", None, [4])]
    for i, width in enumerate((0, -3, 2.5, 3.0, "8", None, [4], 0, -1)):
        bad[each].append(("hidden", hidden(width, at=i % 3)))
    names = ["swish", "ReLU", "", "tan", "relu, tanh", " relu", "relu\n", "elu"]
    bad[unknown] = [("activation", name) for name in names]
    pairs = [*good, *(pair for pairs in bad.values() for pair in pairs)]

    def when(field: str, value: Any) -> Any:
        return say("for {field}={value}", field=field, value=repr(value))

    named = "{cause}; the message contains the name of the field"
    because = {
        when(field, value): say(named, cause=as_text(cause))
        for cause, pairs in bad.items()
        for field, value in pairs
    }
    sweep.cases(
        judge_config,
        {
            "": (default, "activation"),
            **{when(k, value): ({**default, k: value}, k) for k, value in pairs},
            "for activation='swish' without hidden layers": (
                {**default, "hidden": (), "activation": "swish"},
                "activation",
            ),
        },
        call="MLPConfig(…), with one value that is good or bad",
        fault="The default activation is another one.",
        because=because,
        causes={"^(Assertion|Type|Key)Error": "a bad value is refused by a ValueError"},
    )


@pytest.mark.weight(2)
def test_build_mlp_keeps_its_promise_in_every_state(sweep, rng):
    few = "plain", "vector", "copied", "half", "trained"
    for depth, kind, columns in ((2, "tanh", STATES), (1, "relu", few), (0, "", few)):
        inner, *hidden, out = rng.sample(DISTINCT, 2 + depth)
        values = inner, tuple(hidden), out, *([kind] if kind else [])
        sweep(
            built,
            values,
            inputs=lambda *lead, inner=inner: (torch.randn(*lead, inner),),
            columns=columns,
            call=say("build_mlp(MLPConfig{values})(x)", values=values),
        )
