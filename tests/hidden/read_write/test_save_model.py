"""A model comes back from config and state; a file without one is refused."""

import itertools
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from read_write_helpers import (
    DISTINCT,
    State,
    bits,
    exactly,
    net_state,
    read_plainly,
    saved,
)

pytestmark = pytest.mark.exercise("read_write.save_model")


Config = dict[str, int | tuple[int, ...] | str]


def make_config(rng, depth: int, activation: str) -> Config:
    inner, out, *hidden = rng.sample(DISTINCT, depth + 2)
    return {
        "in_features": inner,
        "hidden": tuple(hidden),
        "out_features": out,
        "activation": activation,
    }


def make_model(ex: Any, config: Config, state: State | None = None) -> nn.Module:
    """Return a network of `build_mlp`, with values of its own or given ones."""
    net = ex.build_mlp(ex.MLPConfig(**config))
    if state is not None:
        net.load_state_dict(state)
    return net


def save_and_read(ex: Any, config: Config, mode: str = "") -> dict[str, Any]:
    """Return what the file holds, and what became of the network."""
    net = make_model(ex, config)
    if mode == "frozen":
        net.eval().requires_grad_(False)
    before = net_state(net)
    with TemporaryDirectory() as folder:
        path = f"{folder}/model.pt"
        ex.save_model(net, path)
        read = read_plainly(path)
    if isinstance(read, dict):
        read = dict(sorted(read.items()))
    return {
        "read": exactly(read),
        "kept": bits(before) == bits(net_state(net)),
        "training": net.training,
        "has a config": net.config == ex.MLPConfig(**config),
    }


def write_and_load(ex: Any, *files: tuple[Config, State], x: Tensor) -> list[Any]:
    """Return what comes of each file, all written to one path in turn."""
    found = []
    with TemporaryDirectory() as folder:
        for config, state in files:
            path = saved(folder, {"config": config, "state": state})
            net = ex.load_model(path)
            wanted = getattr(net, "config", None) == ex.MLPConfig(**config)
            with torch.no_grad():
                y = net(x).clone()
                for parameter in net.parameters():
                    parameter.zero_()  # so that nobody keeps a loaded network
            flags = [net.training, all(p.requires_grad for p in net.parameters())]
            found.append([y, wanted, flags, list(net.state_dict())])
    return found


def load_files(ex: Any, files: list[tuple[Config, State]], x: Tensor) -> list[Any]:
    return write_and_load(ex, *files, x=x)


def exchange_models(
    ex: Any, one: tuple[Config, State], two: tuple[Config, State], x: Tensor
) -> list[Any]:
    with TemporaryDirectory() as folder:
        first, second, moved = (Path(folder, name) for name in ("one", "two", "moved"))
        ex.save_model(make_model(ex, *one), first)
        ex.save_model(make_model(ex, *two), second)
        first.rename(moved)
        net = ex.load_model(moved)
    config = getattr(net, "config", None)
    return [net(x).detach(), config is not None, config == ex.MLPConfig(**one[0])]


def configs(rng) -> dict[str, Config]:
    return {
        "": make_config(rng, 2, "tanh"),
        "without hidden layers": make_config(rng, 0, "relu"),
        "for one hidden layer and relu": make_config(rng, 1, "relu"),
        "for one hidden layer and gelu": make_config(rng, 1, "gelu"),
        "for three hidden layers": make_config(rng, 3, "relu"),
        "for widths of 1": {**make_config(rng, 0, "tanh"), "hidden": (1, 1)},
    }


def state_of(config: Config) -> State:
    """Return a state that fits the config."""
    widths = [config["in_features"], *config["hidden"], config["out_features"]]
    state = {}
    for i, (a, b) in enumerate(itertools.pairwise(widths)):
        state |= {f"{2 * i}.weight": torch.randn(b, a), f"{2 * i}.bias": torch.randn(b)}
    return state


@pytest.mark.weight(2)
def test_save_model_writes_config_and_state(sweep, rng):
    cases = {when: (config,) for when, config in configs(rng).items()}
    hidden = cases[""][0]["hidden"]

    sweep.cases(
        save_and_read,
        {**cases, "for a frozen network in eval mode": (*cases[""], "frozen")},
        call="save_model(net, path); torch.load(path, weights_only=True)",
        fault="The file does not hold the entries config and state as they must be.",
        slips={
            "a network or an MLPConfig is pickled with its class: save "
            "dataclasses.asdict(net.config) and net.state_dict()": (
                lambda got: "refuses" in got["read"][0]
            ),
            "asdict keeps the tuple of hidden widths; a list is something else": (
                lambda got: got["read"][0]["config"]["hidden"] == list(hidden)
            ),
            "save the fields by name: dataclasses.asdict(net.config)": (
                lambda got: not isinstance(got["read"][0]["config"], dict)
            ),
        },
    )


@pytest.mark.weight(2)
def test_load_model_builds_what_the_file_describes(sweep, rng):
    cases = {}
    for when, config in configs(rng).items():
        files = [(config, state_of(config)) for _ in range(2)]
        cases[when] = files, torch.randn(5, config["in_features"])
    wide = {**make_config(rng, 1, "gelu"), "in_features": 3}
    sweep.symbol = "load_model"

    sweep.cases(
        load_files,
        {
            **cases,
            "for another config at the same path": (
                [
                    (c, state_of(c))
                    for c in (wide, {**wide, "activation": "relu"}, wide)
                ],
                torch.randn(2, 3),
            ),
        },
        call="load_model(path)(x); once more with another file at the path",
        fault="The loaded network does not have the parameters of the file.",
        slips={
            "build_mlp sets net.config": lambda got: not got[0][1],
            "the second file at the path is not read": (
                lambda got: torch.equal(got[1][0], torch.zeros_like(got[1][0]))
            ),
        },
    )


def test_models_come_back_from_a_file_that_was_moved(sweep, rng):
    one, two = make_config(rng, 2, "tanh"), make_config(rng, 1, "relu")
    models = [(config, state_of(config)) for config in (one, two)]

    sweep.cases(
        exchange_models,
        {"": (*models, torch.randn(3, one["in_features"]))},
        call="save_model of two networks, rename the first file, load it",
        fault="The file does not give its network back, with its config.",
        slips={"build_mlp sets net.config": lambda got: not got[1]},
    )


@pytest.mark.weight(2)
def test_load_model_refuses_what_describes_no_network(sweep, rng):
    config = make_config(rng, 1, "relu")
    x, state = torch.randn(2, config["in_features"]), state_of(config)
    bare = {name: value for name, value in config.items() if name != "activation"}
    loose = "strict=False leaves parameters at their random start"
    wrong = {
        "for an unknown activation": (
            ({**config, "activation": "swash"}, state),
            "an unknown activation is replaced in silence",
        ),
        "for an activation in capitals": (
            ({**config, "activation": "ReLU"}, state),
            "an unknown activation is replaced in silence",
        ),
        "for an unknown field": (
            ({**config, "dropout": 1}, state),
            "an unknown field is dropped in silence",
        ),
        "for a missing field": (
            (bare, state),
            "a missing field is filled in in silence",
        ),
        "for an empty config": (({}, state), "a missing field is filled in in silence"),
        "for a missing bias": (
            (config, {k: v for k, v in state.items() if k != "0.bias"}),
            loose,
        ),
        "for a bias more": ((config, {**state, "4.bias": torch.ones(2)}), loose),
        "for an empty state": ((config, {}), loose),
        "for another depth": (({**config, "hidden": ()}, state), loose),
        "for another width": (
            ({**config, "hidden": (config["hidden"][0] + 1,)}, state),
            loose,
        ),
        "for a transposed weight": (
            (config, {**state, "0.weight": state["0.weight"].T.clone()}),
            loose,
        ),
    }
    sweep.symbol = "load_model"

    sweep.cases(
        load_files,
        {
            "": ([(config, state)], x),
            **{when: ([file], x) for when, (file, _) in wrong.items()},
        },
        call="load_model(path)",
        raises=(ValueError,),
        because={when: cause for when, (_, cause) in wrong.items()},
    )
