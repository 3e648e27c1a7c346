"""A model comes back from config and state; a file without one is refused."""

import itertools
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_close, expect_equal, expect_error, expect_true, say
from read_write_helpers import (
    DISTINCT,
    State,
    expect_same,
    expect_state,
    net_state,
    read_plainly,
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


def layers_of(config: Config) -> nn.Sequential:
    """Return the network that a config describes, made here."""
    act = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}[config["activation"]]
    widths = [config["in_features"], *config["hidden"], config["out_features"]]
    layers: list[nn.Module] = []
    for a, b in itertools.pairwise(widths):
        layers += [nn.Linear(a, b), act()]
    return nn.Sequential(*layers[:-1])


def make_model(ex: Any, config: Config, state: State) -> nn.Module:
    net = ex.build_mlp(ex.MLPConfig(**config))
    net.load_state_dict(state)
    return net


def save_model_and_read(ex: Any, config: Config, state: State) -> Any:
    with TemporaryDirectory() as folder:
        path = f"{folder}/model.pt"
        ex.save_model(make_model(ex, config, state), path)
        return read_plainly(path)


def write_and_load_model(
    ex: Any, config: Config, state: State, x: Tensor
) -> tuple[Tensor, State]:
    with TemporaryDirectory() as folder:
        path = Path(folder, "model.pt")
        torch.save({"config": config, "state": state}, path)
        net = ex.load_model(path)
    return net(x), net.state_dict()


def exchange_models(
    ex: Any, one: tuple[Config, State], two: tuple[Config, State], x: Tensor
) -> tuple[Tensor, bool, bool]:
    with TemporaryDirectory() as folder:
        first, second, moved = (Path(folder, name) for name in ("one", "two", "moved"))
        ex.save_model(make_model(ex, *one), first)
        ex.save_model(make_model(ex, *two), second)
        first.rename(moved)
        net = ex.load_model(moved)
    config = getattr(net, "config", None)
    return net(x), config is not None, config == ex.MLPConfig(**one[0])


@pytest.mark.weight(2)
@pytest.mark.parametrize("depth", [0, 2])
def test_save_model_writes_config_and_state(observe, rng, depth):
    config = make_config(rng, depth, rng.choice(["relu", "tanh", "gelu"]))
    state = net_state(layers_of(config))

    saved = observe(
        save_model_and_read,
        config,
        state,
        call="save_model(net, path); torch.load(path, weights_only=True)",
    )

    expect_true(
        isinstance(saved, dict),
        "torch.load(path, weights_only=True) does not read a dict from the file.",
        expected="a dict",
        got=saved if isinstance(saved, str) else type(saved).__name__,
        cause="a network or an MLPConfig is pickled with its class: save "
        "dataclasses.asdict(net.config) and net.state_dict()"
        if "refuses" in str(saved)
        else None,
    )
    expect_equal(
        sorted(map(str, saved)),
        ["config", "state"],
        "The file's dict does not have the entries config and state.",
    )
    expect_equal(
        saved["config"],
        config,
        "The entry config is not the dict of the network's config.",
        slips={
            "asdict keeps the tuple of hidden widths; a list is something else": (
                lambda got: got == {**config, "hidden": list(config["hidden"])}
            ),
            "save the fields by name: dataclasses.asdict(net.config)": (
                lambda got: not isinstance(got, dict)
            ),
        },
    )
    expect_same(
        saved["state"], state, "The entry state is not the network's state dict."
    )


@pytest.mark.parametrize(
    ("depth", "activation"), [(0, "relu"), (1, "tanh"), (2, "gelu"), (3, "relu")]
)
def test_load_model_builds_what_the_file_describes(observe, rng, depth, activation):
    config = make_config(rng, depth, activation)
    net = layers_of(config)
    x = torch.randn(5, config["in_features"])

    y, state = observe(
        write_and_load_model,
        config,
        net_state(net),
        x,
        call=say("load_model(path)(x) with a saved config {config}", config=config),
    )

    expect_state(
        state,
        net_state(net),
        "The loaded network does not have the parameters of the file.",
    )
    expect_close(y, net(x), "The loaded network does not give the saved one's outputs.")


def test_models_come_back_from_a_file_that_was_moved(observe, rng):
    configs = [make_config(rng, 2, "tanh"), make_config(rng, 1, "relu")]
    nets = [layers_of(config) for config in configs]
    x = torch.randn(3, configs[0]["in_features"])
    models = [(c, net_state(net)) for c, net in zip(configs, nets, strict=True)]

    y, has_config, same_config = observe(
        exchange_models,
        *models,
        x,
        call="save_model of two networks, rename the first file, load it",
    )

    expect_close(y, nets[0](x), "The file does not give its network back.")
    expect_true(
        same_config,
        "The loaded network's config is not the saved one.",
        expected="an MLPConfig equal to the saved one",
        got="another config" if has_config else "no config",
        cause=None if has_config else "build_mlp sets net.config",
    )


def spoil_model(config: Config, how: str) -> tuple[Config, State]:
    """Return a config and a state that do not describe a network."""
    state = net_state(layers_of(config))
    if how == "unknown activation":
        return {**config, "activation": "swash"}, state
    if how == "unknown field":
        return {**config, "dropout": 1}, state
    if how == "missing field":
        return {k: v for k, v in config.items() if k != "activation"}, state
    if how == "missing bias":
        return config, {k: v for k, v in state.items() if k != "0.bias"}
    return {**config, "hidden": (*config["hidden"], 3)}, state


@pytest.mark.parametrize(
    "how",
    [
        "unknown activation",
        "unknown field",
        "missing field",
        "missing bias",
        "another depth",
    ],
)
def test_load_model_refuses_what_describes_no_network(observe, rng, how):
    config = make_config(rng, 1, "relu")
    x = torch.randn(2, config["in_features"])

    raised = observe.error(
        write_and_load_model,
        *spoil_model(config, how),
        x,
        call=say("load_model(path) of a file with: {how}", how=how),
    )

    expect_error(
        raised,
        ValueError,
        "load_model does not refuse a file that describes no network.",
        cause={
            "unknown activation": "an unknown activation is replaced in silence",
            "unknown field": "an unknown field is dropped in silence",
            "missing field": "a missing field is filled in in silence",
        }.get(how, "strict=False leaves parameters at their random start"),
    )
