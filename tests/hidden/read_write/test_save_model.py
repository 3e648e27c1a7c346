"""A model comes back from config and state; a file without one is refused."""

import itertools
from dataclasses import asdict
from typing import Any

import pytest
import torch
from torch import Tensor

from grader.sandbox.states import map_tensors
from grader.words import say
from read_write_helpers import (
    DISTINCT,
    KEPT,
    State,
    copied,
    in_turn,
    packed,
    raised,
    written,
)

pytestmark = pytest.mark.exercise("read_write.save_model")

Config = dict[str, Any]


def make_config(rng, depth: int, activation: str) -> Config:
    inner, out, *hidden = rng.sample(DISTINCT, depth + 2)
    return dict(zip(FIELDS, (inner, tuple(hidden), out, activation), strict=True))


FIELDS = "in_features", "hidden", "out_features", "activation"


def state_of(config: Config) -> State:
    """Return a state that fits the config."""
    widths = [config["in_features"], *config["hidden"], config["out_features"]]
    state = {}
    for i, (a, b) in enumerate(itertools.pairwise(widths)):
        state |= {f"{2 * i}.weight": torch.randn(b, a), f"{2 * i}.bias": torch.randn(b)}
    return state


def configs(rng) -> dict[str, Config]:
    return {
        "": make_config(rng, 2, "tanh"),
        "for relu alone": make_config(rng, 0, "relu"),
        "for tanh alone": make_config(rng, 0, "tanh"),
        "for one hidden layer and relu": make_config(rng, 1, "relu"),
        "for one hidden layer and gelu": make_config(rng, 1, "gelu"),
        "for three hidden layers": make_config(rng, 3, "relu"),
        "for widths of 1": dict(zip(FIELDS, (1, (1, 1), 1, "gelu"), strict=True)),
    }


def save_and_read(ex: Any, config: Config, mode: str = "") -> dict[str, Any]:
    """Return what the file holds, and what became of the network."""
    net = ex.build_mlp(ex.MLPConfig(**config))
    if mode == "frozen":
        net.eval().requires_grad_(False)
    if mode == "tied":
        net[4].weight = net[0].weight
    return {
        "read": written(lambda path: ex.save_model(net, path), not config["hidden"]),
        "state": copied(dict(net.state_dict())),
        "training": net.training,
        "has its config": net.config == ex.MLPConfig(**config),
    }


def load_files(ex: Any, x: Tensor, *files: bytes) -> list[Any]:
    """Return what comes of each file, all written to one path in turn."""

    def look(path: Any) -> list[Any]:
        net = ex.load_model(path)
        config, y = getattr(net, "config", None), net(x).detach().clone()
        flags = [net.training, all(p.requires_grad for p in net.parameters())]
        map_tensors(Tensor.zero_, net.state_dict())
        known = asdict(config) if isinstance(config, ex.MLPConfig) else None
        return [y, known, flags, list(net.state_dict())]

    return in_turn(look, *files)


def load_or_refuse(ex: Any, data: bytes) -> str:
    return raised(lambda: in_turn(ex.load_model, data))


def file_of(config: Config, state: State) -> bytes:
    return packed({"config": config, "state": state})


@pytest.mark.weight(2)
def test_save_model_writes_config_and_state(sweep, rng):
    cases = {when: (config,) for when, config in configs(rng).items()}
    hidden = cases[""][0]["hidden"]

    sweep.cases(
        save_and_read,
        {
            **cases,
            "for a frozen network in eval mode": (*cases[""], "frozen"),
            "for tied weights": (*cases["for widths of 1"], "tied"),
        },
        because={
            "for tied weights": "named_parameters() has a tied weight once, "
            "net.state_dict() under each of its names"
        },
        call="save_model(net, path); torch.load(path, weights_only=True)",
        tolerance="bits",
        fault="The file does not hold the entries config and state as they must be.",
        slips={
            "a network or an MLPConfig is pickled with its class: save "
            "dataclasses.asdict(net.config) and net.state_dict()": (
                lambda got: "refuses" in got["read"]
            ),
            "asdict keeps the tuple of hidden widths; a list is something else": (
                lambda got: got["read"]["config"]["hidden"] == list(hidden)
            ),
            "save the fields by name: dataclasses.asdict(net.config)": (
                lambda got: not isinstance(got["read"]["config"], dict)
            ),
        },
    )


@pytest.mark.weight(2)
def test_load_model_builds_what_the_file_describes(sweep, rng):
    cases = {}
    for when, config in configs(rng).items():
        x = torch.randn(5, config["in_features"])
        cases[when] = x, file_of(config, state_of(config))
    config = make_config(rng, 1, "gelu")
    x, state = torch.randn(2, config["in_features"]), state_of(config)
    relu = {**config, "activation": "relu"}
    others = [file_of(c, state) for c in (config, relu, config)]
    turned = dict(reversed(state.items()))
    sweep.symbol = "load_model"

    sweep.cases(
        load_files,
        {
            **cases,
            "for another config at the same path": (x, *others),
            "for a state in another order": (x, file_of(config, turned)),
        },
        call="load_model(path)(x); once more with another file at the path",
        fault="The loaded network does not have the parameters of the file.",
        because={"for a state in another order": "values go by their names"},
        slips={
            "build_mlp sets net.config": lambda got: got[0][1] is None,
            "the loaded network is frozen, or in eval mode": (
                lambda got: got[0][2] != [True, True]
            ),
        }
        | KEPT,
    )


@pytest.mark.weight(2)
def test_load_model_refuses_what_describes_no_network(sweep, rng):
    config = make_config(rng, 1, "relu")
    state, (width,) = state_of(config), config["hidden"]
    bare = {name: value for name, value in config.items() if name != "activation"}
    unbiased = {name: t for name, t in state.items() if name != "0.bias"}
    renamed = {f"net.{name}": t for name, t in state.items()}
    turned = {**state, "0.weight": state["0.weight"].T.clone()}
    row = state["0.weight"][:1].clone()
    silence = {
        "an unknown activation is replaced in silence": {
            say("for activation {x}", x=repr(a)): ({**config, "activation": a}, state)
            for a in ("swash", "ReLU", "", None)
        },
        "an unknown field is dropped in silence": {
            "for an unknown field": ({**config, "dropout": 1}, state)
        },
        "a missing field is filled in in silence": {
            "for a config without activation": (bare, state),
            "for an empty config": ({}, state),
        },
        "strict=False leaves parameters at their random start": {
            "for a missing bias": (config, unbiased),
            "for an empty state": (config, {}),
            "for another depth": ({**config, "hidden": ()}, state),
        },
        "an entry too many is dropped in silence": {
            "for a bias more": (config, {**state, "4.bias": torch.ones(2)}),
        },
        "values go by their names": {"for other names": (config, renamed)},
        "a shape differs": {
            "for another width": ({**config, "hidden": (width + 1,)}, state),
            "for a transposed weight": (config, turned),
            "for one row of a weight": (config, {**state, "0.weight": row}),
            "for a 0-dim bias": (config, {**state, "0.bias": torch.ones(())}),
        },
    }
    sweep.symbol = "load_model"

    cases = [(why, *case) for why, files in silence.items() for case in files.items()]
    cases = [("", "", (config, state)), *cases]
    sweep.cases(
        load_or_refuse,
        {when: (file_of(*file),) for _, when, file in cases},
        call="load_model(path)",
        because={
            when: {
                why: "no exception",
                "wrong fields raise TypeError: raise ValueError instead": "TypeError",
                "an unfit state raises RuntimeError: raise ValueError instead": (
                    "RuntimeError"
                ),
            }
            for why, when, _ in cases
        },
    )
