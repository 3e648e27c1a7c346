"""File I/O: bits that survive, files that are refused, and networks left as they were.

A student's file is read in the student's process only, and only as plain tensors.
"""

import contextlib
import copy
import io
import itertools
import json
import os
import pickle
import resource
import signal
import sys
import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_close, expect_equal, expect_error, expect_true

exercise = pytest.mark.exercise

DISTINCT = range(2, 12)  # sizes to draw from without repeats, so that none is square

Plain = Tensor | list[Tensor] | dict[str, Tensor]
State = dict[str, Tensor]

NOT_A_NETWORK = "save net.state_dict(): a pickled network needs its class to load"


def read_plainly(path: str | Path) -> Any:
    """Return what a file holds as plain tensors, or say in a text why it does not."""
    if not os.path.isfile(path):
        return "no file at this path"
    added = torch.serialization.get_safe_globals()
    torch.serialization.clear_safe_globals()  # as in a process that imported nothing
    try:
        return torch.load(path, weights_only=True)
    except Exception as error:
        return f"a file that it refuses ({type(error).__name__})"
    finally:
        torch.serialization.add_safe_globals(added)


def form(data: Any) -> Any:
    """Return dtypes and shapes in place of tensors."""
    if isinstance(data, Tensor):
        return f"{str(data.dtype).removeprefix('torch.')} {tuple(data.shape)}"
    if isinstance(data, list):
        return [form(item) for item in data]
    if isinstance(data, dict):
        return {key: form(item) for key, item in data.items()}
    return data


def bits(data: Any) -> Any:
    """Return bytes in place of tensors."""
    if isinstance(data, Tensor):
        plain = data.detach().contiguous().reshape(-1)
        return plain.view(torch.uint8).numpy().tobytes()
    if isinstance(data, list):
        return [bits(item) for item in data]
    if isinstance(data, dict):
        return {key: bits(item) for key, item in data.items()}
    return data


def expect_same(
    got: Any, expected: Any, fault: str, *, slips: Mapping[str, Any] | None = None
) -> None:
    """Expect the same containers, dtypes, shapes and bits; NaN equals itself.

    The evidence of `slips` is what `form` gives, or a predicate of it.
    """
    expect_equal(form(got), form(expected), fault, slips=slips)
    mine, theirs = dict(named(got)), dict(named(expected))
    unlike = [name for name in theirs if bits(mine[name]) != bits(theirs[name])]
    expect_true(
        not unlike,
        fault,
        expected="the same bits",
        got=f"other values in {', '.join(unlike)}",
    )


def expect_state(
    got: State, expected: State, fault: str, *, slips: Mapping[str, State] | None = None
) -> None:
    """Expect a state dict bit for bit; `slips` maps causes to other state dicts."""
    expect_equal(form(got), form(expected), fault)
    unlike = [name for name in expected if bits(got[name]) != bits(expected[name])]
    signs = (slips or {}).items()
    expect_true(
        not unlike,
        fault,
        expected="the right values",
        got=f"others in {', '.join(unlike)}",
        cause=next((cause for cause, sign in signs if bits(got) == bits(sign)), None),
    )


def named(data: Any, prefix: str = "") -> list[tuple[str, Any]]:
    """Return every leaf with a name for messages."""
    if isinstance(data, (list, dict)):
        pairs = data.items() if isinstance(data, dict) else enumerate(data)
        return [leaf for key, item in pairs for leaf in named(item, f"{prefix}[{key}]")]
    return [(prefix or "the tensor", data)]


# save_tensors, load_tensors


def save_and_read(ex: Any, obj: Any) -> Plain | str:
    with TemporaryDirectory() as folder:
        path = f"{folder}/saved.pt"
        ex.save_tensors(obj, path)
        return read_plainly(path)


def write_and_load(ex: Any, obj: Any) -> Plain:
    with TemporaryDirectory() as folder:
        path = Path(folder, "written.pt")
        torch.save(obj, path)
        return ex.load_tensors(path)


def save_move_and_load(ex: Any, first: Any, second: Any) -> tuple[Plain, Plain]:
    with TemporaryDirectory() as folder:
        one, two, moved = (Path(folder, name) for name in ("one", "two", "moved"))
        ex.save_tensors(first, one)
        ex.save_tensors(second, two)
        one.rename(moved)
        return ex.load_tensors(moved), ex.load_tensors(two)


def size_of_view(ex: Any, kind: str, big: Tensor, container: str) -> int:
    view = {"row": lambda t: t[1], "column": lambda t: t[:, 1]}[kind](big)
    obj = {"tensor": view, "list": [view], "dict": {"view": view}}[container]
    with TemporaryDirectory() as folder:
        path = Path(folder, "view.pt")
        ex.save_tensors(obj, path)
        return path.stat().st_size if path.is_file() else -1


def value_of_view(ex: Any, big: Tensor) -> Plain | str:
    return save_and_read(ex, [big[1], big[:, 1], big.T, big[::2, 1:]])


def save_and_keep(ex: Any, obj: Any) -> tuple[bool, Plain]:
    before = list(obj.values()) if isinstance(obj, dict) else list(obj)
    with TemporaryDirectory() as folder:
        ex.save_tensors(obj, Path(folder, "saved.pt"))
    after = list(obj.values()) if isinstance(obj, dict) else list(obj)
    kept = len(before) == len(after) and all(map(lambda a, b: a is b, before, after))
    return kept, obj


def odd_tensors(rng) -> dict[str, Tensor]:
    """Return tensors of many dtypes and shapes, with values that do not equal."""
    a, b = rng.sample(DISTINCT, 2)
    with_nan = torch.randn(a, b)
    with_nan[0, 0], with_nan[1, 1] = torch.nan, -0.0
    return {
        "b.weight": with_nan,
        "a.half": torch.randn(b).half(),
        "a.brain": torch.randn(a, 1, b).bfloat16(),
        "double": torch.randn(2, dtype=torch.float64),
        "count": torch.tensor(rng.randrange(1 << 40)),
        "mask": torch.randn(a) > 0,
        "wave": torch.randn(b, dtype=torch.complex64),
        "none": torch.empty(0, a),
        "turned": torch.randn(a, b).T,
    }


def saved_forms(rng, kind: str) -> Any:
    tensors = odd_tensors(rng)
    if kind == "tensor":
        return rng.choice([tensors["b.weight"], tensors["a.brain"], tensors["turned"]])
    return list(tensors.values()) if kind == "list" else tensors


KINDS = pytest.mark.parametrize("kind", ["tensor", "list", "dict"])


@exercise("read_write.save_tensors")
@KINDS
def test_save_tensors_writes_every_bit(observe, rng, kind):
    obj = saved_forms(rng, kind)

    saved = observe(
        save_and_read,
        obj,
        call=f"save_tensors(a {kind}, path); torch.load(path, weights_only=True)",
    )

    expect_true(
        not isinstance(saved, str),
        "torch.load(path, weights_only=True) does not read the saved file.",
        expected=f"a {kind}",
        got=str(saved),
    )
    expect_same(saved, obj, f"The file does not hold the {kind} that was saved.")


@exercise("read_write.save_tensors")
@KINDS
def test_load_tensors_gives_every_bit(observe, rng, kind):
    obj = saved_forms(rng, kind)

    loaded = observe(
        write_and_load, obj, call=f"torch.save(a {kind}, path); load_tensors(path)"
    )

    expect_same(
        loaded, obj, f"load_tensors does not give the {kind} that is in the file."
    )


@exercise("read_write.save_tensors", weight=2)
@pytest.mark.parametrize("container", ["tensor", "list", "dict"])
@pytest.mark.parametrize("kind", ["row", "column"])
def test_save_tensors_saves_a_view_without_the_rest(observe, rng, kind, container):
    rows, columns = rng.randrange(200, 300), rng.randrange(300, 400)
    big = torch.randn(rows, columns)
    own = 4 * (columns if kind == "row" else rows)

    size = observe(
        size_of_view,
        kind,
        big,
        container,
        call=f"save_tensors(a {kind} of a {rows} by {columns} tensor, path)",
    )

    expect_true(
        0 < size <= own + 4096,
        "The file of a view holds more than the view.",
        expected=f"at most {own + 4096} bytes",
        got="no file" if size < 0 else f"{size} bytes",
        cause="torch.save writes the whole storage behind a view: clone() it first "
        "(contiguous() keeps the storage of a row)"
        if size >= big.nbytes
        else None,
    )


@exercise("read_write.save_tensors")
def test_save_tensors_saves_the_values_of_a_view(observe, rng):
    big = torch.randn(*rng.sample(DISTINCT, 2))

    saved = observe(value_of_view, big, call="save_tensors([t[1], t[:, 1], …], path)")

    views = [big[1], big[:, 1], big.T, big[::2, 1:]]
    expect_same(saved, views, "The file does not hold the entries of the views.")


@exercise("read_write.save_tensors")
def test_tensors_come_back_from_a_file_that_was_moved(observe, rng):
    first, second = odd_tensors(rng), list(odd_tensors(rng).values())

    one, two = observe(
        save_move_and_load,
        first,
        second,
        call="save_tensors to two files, rename the first, load_tensors from both",
    )

    expect_same(one, first, "The first file does not give the dict saved in it.")
    expect_same(two, second, "The second file does not give the list saved in it.")


@exercise("read_write.save_tensors")
@pytest.mark.parametrize("kind", ["list", "dict"])
def test_save_tensors_leaves_its_argument_alone(observe, rng, kind):
    obj = saved_forms(rng, kind)

    kept, after = observe(save_and_keep, obj, call=f"save_tensors(a {kind}, path)")

    expect_true(
        kept,
        f"save_tensors changes the caller's {kind}.",
        expected="the same tensors in it as before",
        got="others",
        cause="make a new container for the copies",
    )
    expect_same(after, obj, f"save_tensors changes tensors in the caller's {kind}.")


# save_parameters, load_parameters


def save_parameters_and_read(ex: Any, net: nn.Module) -> State | str:
    with TemporaryDirectory() as folder:
        path = f"{folder}/net.pt"
        ex.save_parameters(net, path)
        return read_plainly(path)


def load_parameters_into(ex: Any, net: nn.Module, state: State) -> State:
    with TemporaryDirectory() as folder:
        path = Path(folder, "net.pt")
        torch.save(state, path)
        ex.load_parameters(net, path)
    return net.state_dict()


def try_to_load_parameters(ex: Any, net: nn.Module, state: State) -> State:
    with contextlib.suppress(Exception):
        load_parameters_into(ex, net, state)
    return net.state_dict()


def load_then_train(ex: Any, net: nn.Module, state: State, x: Tensor) -> State:
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    load_parameters_into(ex, net, state)
    return train_once(net, optimizer, x)


def exchange_parameters(
    ex: Any, one: nn.Module, two: nn.Module, into: nn.Module
) -> tuple[State, State]:
    with TemporaryDirectory() as folder:
        first, second, moved = (Path(folder, name) for name in ("one", "two", "moved"))
        ex.save_parameters(one, first)
        ex.save_parameters(two, second)
        first.rename(moved)
        ex.load_parameters(into, moved)
        return net_state(into), net_state(one)


def net_state(net: nn.Module) -> State:
    return {name: tensor.clone() for name, tensor in net.state_dict().items()}


def train_once(net: nn.Module, optimizer: torch.optim.Optimizer, x: Tensor) -> State:
    net(x).square().sum().backward()
    optimizer.step()
    return net_state(net)


def normed_net(sizes: list[int]) -> nn.Sequential:
    """Return a network with buffers that are not as they start."""
    inner, hidden, out = sizes
    norm = nn.BatchNorm1d(hidden)
    norm.running_mean += torch.randn(hidden)
    norm.num_batches_tracked += 7
    return nn.Sequential(nn.Linear(inner, hidden), norm, nn.Linear(hidden, out))


def spoil(state: State, how: str) -> State:
    """Return a state dict that does not fit any more, wrong at its end."""
    spoilt = dict(state)
    if how == "missing":
        del spoilt["2.bias"]
    elif how == "unknown":
        spoilt["3.bias"] = torch.zeros(2)
    elif how == "row":
        spoilt["2.weight"] = spoilt["2.weight"][:1].clone()
    else:
        spoilt["2.weight"] = spoilt["2.weight"].T.contiguous()
    return spoilt


SPOILT = {
    "missing": "a file without 2.bias",
    "unknown": "a file with a 3.bias besides",
    "row": "a file with one row of 2.weight",
    "turned": "a file with 2.weight transposed",
}


@exercise("read_write.save_parameters")
def test_save_parameters_writes_the_state_dict(observe, rng):
    net = normed_net(rng.sample(DISTINCT, 3))

    saved = observe(
        save_parameters_and_read,
        net,
        call="save_parameters(net, path); torch.load(path, weights_only=True)",
    )

    expect_true(
        not isinstance(saved, str),
        "torch.load(path, weights_only=True) does not read the saved file.",
        expected="the state dict",
        got=str(saved),
        cause=NOT_A_NETWORK if "refuses" in saved else None,
    )
    expect_same(
        saved,
        dict(net.state_dict()),
        "The file does not hold the state dict.",
        slips={
            "net.parameters() leaves out the buffers; net.state_dict() has them": (
                lambda names: "0.weight" in names and "1.running_mean" not in names
            )
        },
    )


@exercise("read_write.save_parameters")
def test_load_parameters_fills_the_network(observe, rng):
    sizes = rng.sample(DISTINCT, 3)
    trained, net = normed_net(sizes), normed_net(sizes)

    state = observe(
        load_parameters_into, net, net_state(trained), call="load_parameters(net, path)"
    )

    buffers = {name for name, _ in net.named_buffers()}
    only_parameters = {
        name: (net if name in buffers else trained).state_dict()[name] for name in state
    }
    expect_state(
        state,
        net_state(trained),
        "After load_parameters, the network is not as the file says.",
        slips={
            "the network is as before: nothing is copied into it": net_state(net),
            "the buffers are not loaded": only_parameters,
        },
    )


@exercise("read_write.save_parameters")
def test_parameters_come_back_from_a_file_that_was_moved(observe, rng):
    sizes = rng.sample(DISTINCT, 3)
    one, two, into = (normed_net(sizes) for _ in range(3))

    filled, kept = observe(
        exchange_parameters,
        one,
        two,
        into,
        call="save_parameters of two networks, rename the first file, load it",
    )

    expect_state(filled, net_state(one), "The file does not give its network back.")
    expect_state(kept, net_state(one), "Saving changes the network that is saved.")


@exercise("read_write.save_parameters")
def test_load_parameters_keeps_the_optimizer_at_work(observe, rng):
    sizes = rng.sample(DISTINCT, 3)
    trained, net = normed_net(sizes), normed_net(sizes)
    x = torch.randn(8, sizes[0])

    state = observe(
        load_then_train,
        net,
        net_state(trained),
        x,
        call="optimizer of net; load_parameters(net, path); optimizer.step()",
    )

    start = net_state(trained)
    expected = train_once(trained, torch.optim.SGD(trained.parameters(), lr=0.1), x)
    expect_equal(
        form(state), form(expected), "After loading, the network has another form."
    )
    for name, value in expected.items():
        expect_close(
            state[name],
            value,
            f"An optimizer made before load_parameters does not train {name}.",
            slips={"new parameters take the place of net's own: copy": start[name]},
        )


@exercise("read_write.save_parameters", weight=2)
@pytest.mark.parametrize("how", SPOILT)
def test_load_parameters_refuses_a_file_that_does_not_fit(observe, rng, how):
    sizes = rng.sample(DISTINCT, 3)
    net, state = normed_net(sizes), spoil(net_state(normed_net(sizes)), how)
    call = f"load_parameters(net, path) with {SPOILT[how]}"

    raised = observe.error(load_parameters_into, net, state, call=call)
    after = observe(try_to_load_parameters, net, state, call=call)

    expect_error(
        raised,
        ValueError,
        "load_parameters does not refuse a file that does not fit.",
        cause="strict=False, or a loop over the names that both have, skips the rest",
    )
    expect_state(
        after,
        net_state(net),
        "The file is refused, but the network is not as it was.",
        slips={"check all names and shapes before the first copy": after},
    )


# reuse_layers


def reuse(
    ex: Any, source: nn.Module, target: nn.Module, names: list[str]
) -> tuple[list[str], State, State]:
    returned = ex.reuse_layers(source, target, names)
    return returned, source.state_dict(), target.state_dict()


def try_to_reuse(
    ex: Any, source: nn.Module, target: nn.Module, names: list[str]
) -> State:
    with contextlib.suppress(Exception):
        ex.reuse_layers(source, target, names)
    return target.state_dict()


def reuse_then_change_source(
    ex: Any, source: nn.Module, target: nn.Module, names: list[str]
) -> State:
    ex.reuse_layers(source, target, names)
    with torch.no_grad():
        for tensor in source.state_dict().values():
            tensor.add_(1)
    return target.state_dict()


def reuse_then_train(
    ex: Any, source: nn.Module, target: nn.Module, names: list[str], x: Tensor
) -> State:
    optimizer = torch.optim.SGD(target.parameters(), lr=0.1)
    ex.reuse_layers(source, target, names)
    return train_once(target, optimizer, x)


def named_net(sizes: list[int]) -> nn.Module:
    """Return a network with the paths body.0, body.1, body.2 and head."""
    inner, hidden, out = sizes
    net = nn.Sequential()
    net.add_module("body", normed_net([inner, hidden, hidden]))
    net.add_module("head", nn.Linear(hidden, out))
    return net


def merged(target: nn.Module, source: nn.Module, names: list[str]) -> State:
    """Return the target's state with the named layers of the source."""
    state = net_state(target)
    for name, tensor in net_state(source).items():
        if any(name.startswith(f"{layer}.") for layer in names):
            state[name] = tensor
    return state


@exercise("read_write.reuse_layers")
@pytest.mark.parametrize("names", [["head"], ["body.2", "body.1"], ["body"]], ids=str)
def test_reuse_copies_the_named_layers_and_no_other(observe, rng, names):
    sizes = rng.sample(DISTINCT, 3)
    source, target = named_net(sizes), named_net(sizes)

    returned, kept, state = observe(
        reuse, source, target, names, call=f"reuse_layers(source, target, {names})"
    )

    weights = {name for name, _ in target.named_parameters()}
    copied = merged(target, source, names)
    no_buffers = {
        name: copied[name] if name in weights else tensor
        for name, tensor in net_state(target).items()
    }
    expect_state(
        state,
        copied,
        "reuse_layers does not copy the named layers and nothing else.",
        slips={
            "the buffers of a layer are copied too; state_dict() has them": no_buffers,
            "nothing is copied": net_state(target),
            "all layers are copied": net_state(source),
        },
    )
    expect_equal(returned, names, "reuse_layers does not return the names.")
    expect_state(kept, net_state(source), "reuse_layers changes the source.")


@exercise("read_write.reuse_layers")
def test_reuse_takes_a_name_as_a_whole(observe, rng):
    d = rng.choice(DISTINCT)
    source, target = (
        nn.Sequential(*(nn.Linear(d, d) for _ in range(12))) for _ in range(2)
    )

    _, _, state = observe(
        reuse, source, target, ["1"], call='reuse_layers(twelve layers, twelve, ["1"])'
    )

    expect_state(
        state,
        merged(target, source, ["1"]),
        "reuse_layers does not copy the named layer and nothing else.",
        slips={
            'layers 10 and 11 start with "1" too: compare with "1." or use '
            "get_submodule": merged(target, source, ["1", "10", "11"])
        },
    )


@exercise("read_write.reuse_layers", weight=2)
def test_reuse_copies_by_value(observe, rng):
    sizes = rng.sample(DISTINCT, 3)
    source, target = named_net(sizes), named_net(sizes)

    state = observe(
        reuse_then_change_source,
        source,
        target,
        ["body.0", "body.1"],
        call="reuse_layers(source, target, names); change source in place",
    )

    expected = merged(target, source, ["body.0", "body.1"])
    expect_true(
        form(state) == form(expected) and bits(state) == bits(expected),
        "Later changes of source reach into target.",
        expected="the values at the time of reuse_layers",
        got="others",
        cause="the networks share a layer or a tensor: copy values with "
        "load_state_dict or copy_",
    )


@exercise("read_write.reuse_layers")
def test_reuse_keeps_the_optimizer_at_work(observe, rng):
    sizes = rng.sample(DISTINCT, 3)
    source, target = named_net(sizes), named_net(sizes)
    x, names = torch.randn(8, sizes[0]), ["body.0", "head"]

    state = observe(
        reuse_then_train,
        source,
        target,
        names,
        x,
        call="optimizer of target; reuse_layers(…); optimizer.step()",
    )

    start = merged(target, source, names)
    target.load_state_dict(start)
    expected = train_once(target, torch.optim.SGD(target.parameters(), lr=0.1), x)
    expect_equal(
        form(state), form(expected), "After reuse_layers, target has another form."
    )
    for name, value in expected.items():
        expect_close(
            state[name],
            value,
            f"An optimizer made before reuse_layers does not train target's {name}.",
            slips={"new parameters take the place of target's own": start[name]},
        )


def unfit(how: str, sizes: list[int]) -> tuple[nn.Module, nn.Module, str]:
    """Return two networks and the name of a layer that they do not share."""
    _, hidden, out = sizes
    source, target = named_net(sizes), named_net(sizes)
    if how == "not in target":
        del target.head
    elif how == "not in source":
        del source.head
    elif how == "another width":
        source.head = nn.Linear(hidden, out + 1)
    elif how == "one row":
        source.head = nn.Linear(hidden, 1)
    else:
        source.head = nn.Linear(hidden, out, bias=False)
    return source, target, "head"


@exercise("read_write.reuse_layers", weight=2)
@pytest.mark.parametrize(
    "how", ["not in target", "not in source", "another width", "one row", "no bias"]
)
def test_reuse_refuses_layers_that_do_not_fit(observe, rng, how):
    source, target, bad = unfit(how, rng.sample(DISTINCT, 3))
    names = ["body.0", bad]
    call = f'reuse_layers(source, target, ["body.0", "head"]), head: {how}'

    raised = observe.error(reuse, source, target, names, call=call)
    state = observe(try_to_reuse, source, target, names, call=call)

    expect_error(
        raised,
        ValueError,
        "reuse_layers does not refuse a layer that does not fit.",
        mentions=bad,
        cause="what does not fit is passed over in silence, as strict=False does",
    )
    expect_state(
        state,
        net_state(target),
        "reuse_layers refuses a layer but has copied another one before.",
        slips={
            "check all names before the first copy": merged(target, source, ["body.0"])
        },
    )


# save_model, load_model

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


@exercise("read_write.save_model", weight=2)
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


@exercise("read_write.save_model")
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
        call=f"load_model(path)(x) with a saved config {config}",
    )

    expect_state(
        state,
        net_state(net),
        "The loaded network does not have the parameters of the file.",
    )
    expect_close(y, net(x), "The loaded network does not give the saved one's outputs.")


@exercise("read_write.save_model")
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


@exercise("read_write.save_model")
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
        call=f"load_model(path) of a file with: {how}",
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


# load_untrusted


class Payload:
    """Runs code, here a harmless mkdir, when it is unpickled."""

    def __init__(self, folder: str):
        self.folder = folder

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (self.folder,)


def write_payload(path: Path, folder: str, how: str) -> None:
    if how == "a pickle":
        path.write_bytes(pickle.dumps({"a": Payload(folder)}))
    else:
        torch.save(
            {"weight": torch.zeros(3), "bias": Payload(folder)},
            path,
            _use_new_zipfile_serialization=how == "a file of torch.save",
        )


def load_payload(ex: Any, how: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "stranger.pt")
        write_payload(path, f"{folder}/made", how)
        ex.load_untrusted(path)


def payload_runs(ex: Any, how: str) -> bool:
    with TemporaryDirectory() as folder:
        path, made = Path(folder, "stranger.pt"), f"{folder}/made"
        write_payload(path, made, how)
        with contextlib.suppress(Exception):
            ex.load_untrusted(path)
        return os.path.isdir(made)


def load_bytes(ex: Any, data: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "stranger.pt")
        path.write_bytes(data)
        ex.load_untrusted(path)


def load_saved(ex: Any, obj: Any) -> dict[str, Tensor]:
    with TemporaryDirectory() as folder:
        path = f"{folder}/stranger.pt"
        torch.save(obj, path)
        return ex.load_untrusted(path)


def saved_bytes(obj: Any) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, "saved.pt")
        torch.save(obj, path)
        return path.read_bytes()


@exercise("read_write.load_untrusted")
@pytest.mark.parametrize("kind", ["full", "empty"])
def test_untrusted_tensors_come_back_as_they_are(observe, rng, kind):
    tensors = odd_tensors(rng) if kind == "full" else {}

    loaded = observe(
        load_saved, tensors, call=f"load_untrusted(path) of a {kind} dict of tensors"
    )

    expect_same(loaded, tensors, "load_untrusted does not give the file's tensors.")


@exercise("read_write.load_untrusted", weight=3)
@pytest.mark.parametrize(
    "how", ["a file of torch.save", "an old file of torch.save", "a pickle"]
)
def test_untrusted_code_does_not_run(observe, how):
    call = f"load_untrusted(path) of {how} that asks to run code"

    ran = observe(payload_runs, how, call=call)
    raised = observe.error(load_payload, how, call=call)

    expect_true(
        not ran,
        "load_untrusted runs the code in the file.",
        expected="nothing is run",
        got="the code ran",
        cause="weights_only=False, and pickle.load, call whatever the file names; "
        "so does a second try after weights_only=True failed",
    )
    expect_error(
        raised,
        ValueError,
        "load_untrusted does not refuse a file that asks to run code.",
        cause="an exception is caught, and none raised in its place",
    )


@exercise("read_write.load_untrusted")
@pytest.mark.parametrize("how", ["empty", "a text", "cut off", "cut off early"])
def test_untrusted_file_that_is_damaged_is_refused(observe, rng, how):
    whole = saved_bytes({"a": torch.randn(50), "b": torch.randn(9)})
    data = {
        "empty": b"",
        "a text": b"hello, this is a text\n" * rng.randrange(1, 9),
        "cut off": whole[: -rng.randrange(1, 200)],
        "cut off early": whole[: rng.randrange(1, 200)],
    }[how]

    raised = observe.error(
        load_bytes, data, call=f"load_untrusted(path) of a file that is {how}"
    )

    expect_error(
        raised,
        ValueError,
        "load_untrusted does not refuse a damaged file with ValueError.",
        cause="an exception is caught, and none raised in its place",
    )


@exercise("read_write.load_untrusted")
@pytest.mark.parametrize(
    "what", ["a tensor", "a list", "a number in it", "a dict in it", "an int as key"]
)
def test_untrusted_file_of_other_data_is_refused(observe, rng, what):
    t = torch.randn(rng.choice(DISTINCT))
    obj = {
        "a tensor": t,
        "a list": [t, t + 1],
        "a number in it": {"weight": t, "step": 3},
        "a dict in it": {"weight": t, "more": {"bias": t}},
        "an int as key": {0: t},
    }[what]

    raised = observe.error(
        load_saved, obj, call=f"load_untrusted(path) of a harmless file: {what}"
    )

    expect_error(
        raised,
        ValueError,
        "load_untrusted returns something else than a dict of tensors by name.",
        cause="weights_only=True lets numbers, lists and dicts pass: look at what came",
    )


# save_checkpoint, load_checkpoint

Run = tuple[nn.Module, torch.optim.Optimizer, torch.optim.lr_scheduler.StepLR]


def start_run(net: nn.Module, kind: str, order: str = "as listed") -> Run:
    """Return a run with two groups, whose parameters have one shape in each."""
    decayed = [p for p in net.parameters() if p.dim() > 1]
    biases = [p for p in net.parameters() if p.dim() == 1]
    if order == "reversed":
        decayed, biases = decayed[::-1], biases[::-1]
    elif order == "one moved":
        decayed, biases = decayed[:-1], [*biases, decayed[-1]]
    groups = [{"params": decayed, "weight_decay": 0.1}, {"params": biases}]
    if kind == "SGD":
        optimizer: torch.optim.Optimizer = torch.optim.SGD(groups, lr=0.1, momentum=0.9)
    else:
        optimizer = torch.optim.AdamW(groups, lr=0.1)
    return net, optimizer, torch.optim.lr_scheduler.StepLR(optimizer, 3, 0.5)


def go_on(run: Run, steps: int, x: Tensor) -> None:
    net, optimizer, scheduler = run
    for _ in range(steps):
        optimizer.zero_grad()
        noisy = x + 0.3 * torch.randn(x.shape)
        (net(noisy) - x.flip(1)).square().mean().backward()
        optimizer.step()
        scheduler.step()


def result_of(run: Run) -> tuple[State, list[float]]:
    net, optimizer, _ = run
    return net_state(net), [float(group["lr"]) for group in optimizer.param_groups]


@dataclass(frozen=True)
class Course:
    """How a run is trained before and after its break."""

    kind: str
    before: int
    after: int
    seeds: tuple[int, int]


def interrupt_run(
    ex: Any, nets: list[nn.Module], x: Tensor, course: Course, order: str
) -> tuple[int, State, list[float]]:
    """Train, save, train on; then resume a new run from the file, moved meanwhile."""
    run = start_run(nets[0], course.kind)
    torch.manual_seed(course.seeds[0])
    go_on(run, course.before, x)
    with TemporaryDirectory() as folder:
        path, moved = Path(folder, "run.pt"), Path(folder, "moved.pt")
        ex.save_checkpoint(path, *run, course.before)
        go_on(run, 2, x)
        ex.save_checkpoint(Path(folder, "later.pt"), *run, course.before + 2)
        path.rename(moved)
        resumed = start_run(nets[1], course.kind, order)
        torch.manual_seed(course.seeds[1])
        step = ex.load_checkpoint(moved, *resumed)
    go_on(resumed, course.after, x)
    return step, *result_of(resumed)


def read_checkpoint(ex: Any, net: nn.Module, x: Tensor) -> str:
    run = start_run(net, "AdamW")
    go_on(run, 1, x)
    with TemporaryDirectory() as folder:
        path = Path(folder, "run.pt")
        ex.save_checkpoint(path, *run, 1)
        read = read_plainly(path)
    return read if isinstance(read, str) else ""


def expected_run(
    nets: list[nn.Module], x: Tensor, course: Course, lost: str = ""
) -> tuple[State, list[float]]:
    """Return the result of the course without a break, or with one that loses a part.

    A part is model, optimizer, scheduler, rng, or order: what is left when optimizer
    state goes by position to parameters in reversed order.
    """
    old, new = (copy.deepcopy(net) for net in nets)
    run = start_run(old, course.kind)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(course.seeds[0])
        go_on(run, course.before, x)
        if not lost:
            go_on(run, course.after, x)
            return result_of(run)
        order = "reversed" if lost == "order" else "as listed"
        resumed = start_run(new, course.kind, order)
        parts = zip(("model", "optimizer", "scheduler"), run, resumed, strict=True)
        for name, saved, into in parts:
            if name != lost:
                into.load_state_dict(copy.deepcopy(saved.state_dict()))
        if lost == "rng":
            torch.manual_seed(course.seeds[1])
        go_on(resumed, course.after, x)
        return result_of(resumed)


def square_nets(rng) -> tuple[list[nn.Module], Tensor]:
    d = rng.choice(DISTINCT)
    nets: list[nn.Module] = [
        nn.Sequential(nn.Linear(d, d), nn.Tanh(), nn.Linear(d, d), nn.Linear(d, d))
        for _ in range(2)
    ]
    return nets, torch.randn(6, d)


def make_course(rng, kind: str) -> Course:
    seeds = rng.sample(range(1 << 30), 2)
    return Course(kind, rng.randrange(4, 6), rng.randrange(3, 6), tuple(seeds))


LOST = {
    "rng": "the random numbers start anew: keep torch.get_rng_state()",
    "optimizer": "the optimizer starts anew, without its momentum and its step count",
    "scheduler": "the scheduler starts anew: keep its state_dict() too",
    "model": "the parameters are not loaded",
}


@exercise("read_write.save_checkpoint", weight=2)
@pytest.mark.parametrize("kind", ["SGD", "AdamW"])
def test_resumed_training_takes_its_course(observe, rng, kind):
    nets, x = square_nets(rng)
    course = make_course(rng, kind)

    step, state, rates = observe(
        interrupt_run,
        nets,
        x,
        course,
        "as listed",
        call=f"{course.before} steps with {kind}; save_checkpoint; load_checkpoint "
        f"into a new run; {course.after} steps",
    )

    expected, expected_rates = expected_run(nets, x, course)
    slips = {cause: expected_run(nets, x, course, lost) for lost, cause in LOST.items()}
    expect_equal(step, course.before, "load_checkpoint does not return the saved step.")
    expect_equal(form(state), form(expected), "The resumed network has another form.")
    for name, value in expected.items():
        expect_close(
            state[name],
            value,
            "Resumed training leaves the course of the unbroken run.",
            slips={cause: slip[0][name] for cause, slip in slips.items()},
        )
    expect_equal(
        rates,
        expected_rates,
        "After resuming, the learning rates are not those of the unbroken run.",
        slips={cause: slip[1] for cause, slip in slips.items()},
    )


@exercise("read_write.save_checkpoint")
@pytest.mark.parametrize("kind", ["SGD", "AdamW"])
def test_optimizer_state_goes_by_name(observe, rng, kind):
    nets, x = square_nets(rng)
    course = make_course(rng, kind)

    _, state, _ = observe(
        interrupt_run,
        nets,
        x,
        course,
        "reversed",
        call=f"save_checkpoint; load_checkpoint with a new {kind} that lists the "
        "parameters of each group in reversed order",
    )

    expected, _ = expected_run(nets, x, course)
    by_position, _ = expected_run(nets, x, course, "order")
    expect_equal(form(state), form(expected), "The resumed network has another form.")
    for name, value in expected.items():
        expect_close(
            state[name],
            value,
            "Parameters get the optimizer state of others.",
            slips={
                "optimizer.state_dict() goes by position: keep the names of each "
                "group's parameters beside it": by_position[name]
            },
        )


@exercise("read_write.save_checkpoint")
def test_other_groups_of_parameters_are_refused(observe, rng):
    nets, x = square_nets(rng)

    raised = observe.error(
        interrupt_run,
        nets,
        x,
        make_course(rng, "SGD"),
        "one moved",
        call="load_checkpoint with a new optimizer that has one parameter in the "
        "other group",
    )

    expect_error(
        raised,
        ValueError,
        "load_checkpoint does not refuse an optimizer with other groups.",
        cause="compare the names of each group's parameters with the saved ones",
    )


@exercise("read_write.save_checkpoint")
def test_checkpoint_is_plain_data(observe, rng):
    nets, x = square_nets(rng)

    problem = observe(
        read_checkpoint,
        nets[0],
        x,
        call="save_checkpoint(path, …); torch.load(path, weights_only=True)",
    )

    expect_true(
        not problem,
        "torch.load(path, weights_only=True) does not read the checkpoint.",
        expected="plain data and tensors",
        got=problem,
        cause="an object is pickled with its class: save its state_dict()"
        if "refuses" in problem
        else None,
    )


# atomic_save


class Bomb:
    """Raises, or ends the process, when it is pickled."""

    def __init__(self, how: str):
        self.how = how

    def __reduce__(self) -> tuple[Any, ...]:
        if self.how == "KeyboardInterrupt":
            raise KeyboardInterrupt
        raise ValueError("this object cannot be pickled")


def save_over(
    ex: Any, old: State, new: State, name: str
) -> tuple[State | str, list[str]]:
    with TemporaryDirectory() as folder:
        path = f"{folder}/{name}"
        ex.atomic_save(old, path)
        ex.atomic_save(new, Path(path))
        return read_plainly(path), os.listdir(folder)


def save_bomb(ex: Any, state: State, how: str) -> None:
    with TemporaryDirectory() as folder:
        ex.atomic_save({**state, "bomb": Bomb(how)}, Path(folder, "net.pt"))


def survive_bomb(ex: Any, old: State, how: str) -> tuple[State | str, list[str]]:
    with TemporaryDirectory() as folder:
        path = Path(folder, "net.pt")
        ex.atomic_save(old, path)
        with contextlib.suppress(Exception, KeyboardInterrupt):
            ex.atomic_save({**old, "bomb": Bomb(how)}, path)
        return read_plainly(path), os.listdir(folder)


def in_child(work: Callable[[], None]) -> str:
    """Run `work` in a copy of this process; say how that ends."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pid = os.fork()
    if pid == 0:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return "killed"
    return "done" if os.waitstatus_to_exitcode(status) == 0 else "raised"


def save_with_little_room(
    ex: Any, old: State, new: State, room: int, on_full: str
) -> tuple[str, State | str, list[str]]:
    """Save where the system ends the process, or refuses, beyond `room` bytes."""

    def work() -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        ends = on_full == "killed"
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL if ends else signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        ex.atomic_save(new, path)

    with TemporaryDirectory() as folder:
        path = Path(folder, "net.pt")
        ex.atomic_save(old, path)
        ended = in_child(work)
        return ended, read_plainly(path), os.listdir(folder)


def die_before_replacing(
    ex: Any, old: State, new: State
) -> tuple[str, State | str, list[Any], list[tuple[str, int]]]:
    """Die as os.replace is called; return the old file, the others, and the events.

    An event is a call of os.fsync or os.replace with the bytes in the other files.
    """
    syncs, moves = (os.fsync, os.fdatasync), (os.replace, os.rename)

    def others() -> list[Path]:
        return [f for f in Path(folder).rglob("*") if f.is_file() and f != path]

    def watch(_frame: Any, event: str, function: Any) -> None:
        if event == "c_call" and (function in syncs or function in moves):
            kind = "sync" if function in syncs else "move"
            size = sum(f.stat().st_size for f in others())
            os.write(log, f"{kind} {size}\n".encode())
            if kind == "move":
                os.kill(os.getpid(), signal.SIGKILL)

    def work() -> None:
        sys.setprofile(watch)
        ex.atomic_save(new, path)

    with TemporaryDirectory() as folder, TemporaryDirectory() as elsewhere:
        path = Path(folder, "net.pt")
        ex.atomic_save(old, path)
        log = os.open(f"{elsewhere}/log", os.O_RDWR | os.O_CREAT)
        ended = in_child(work)
        events = [
            line.split() for line in Path(elsewhere, "log").read_text().split("\n")
        ]
        os.close(log)
        found = [(e[0], int(e[1])) for e in events if e]
        return ended, read_plainly(path), [read_plainly(f) for f in others()], found


def two_states(rng) -> tuple[State, State]:
    """Return a small state, and one of some 20,000 bytes."""
    old = {"weight": torch.randn(rng.choice(DISTINCT))}
    return old, {f"layer.{i}": torch.randn(1000) for i in range(5)}


@exercise("read_write.atomic_save")
def test_atomic_save_leaves_the_new_file_alone(observe, rng):
    old, new = two_states(rng)

    saved, names = observe(
        save_over, old, new, "net.pt", call="atomic_save(old, path), then of new"
    )

    expect_same(saved, new, "The file does not hold what was saved last.")
    expect_equal(names, ["net.pt"], "Other files are left beside the saved one.")


@exercise("read_write.atomic_save")
@pytest.mark.parametrize("how", ["ValueError", "KeyboardInterrupt"])
def test_atomic_save_that_raises_leaves_the_old_file(observe, rng, how):
    old, _ = two_states(rng)
    call = f"atomic_save of an object that raises {how} when it is pickled"

    raised = observe.error(save_bomb, old, how, call=call)
    saved, names = observe(survive_bomb, old, how, call=call)

    kind = {"ValueError": ValueError, "KeyboardInterrupt": KeyboardInterrupt}[how]
    expect_error(raised, kind, "atomic_save does not raise on what torch.save raises.")
    expect_same(
        saved,
        old,
        "After an error, the old file is not as it was.",
        slips={"opening a file for writing empties it": lambda got: got != form(old)},
    )
    expect_equal(
        names,
        ["net.pt"],
        "After an error, a temporary file is left.",
        slips={
            "KeyboardInterrupt is no Exception: use finally or except BaseException"
            if how == "KeyboardInterrupt"
            else "remove it before raising on": lambda _: True
        },
    )


@exercise("read_write.atomic_save", weight=2)
@pytest.mark.parametrize("at", ["start", "middle"])
def test_atomic_save_killed_while_writing_leaves_the_old_file(observe, rng, at):
    old, new = two_states(rng)
    room = rng.randrange(1, 60) if at == "start" else rng.randrange(9000, 18000)

    ended, saved, _ = observe(
        save_with_little_room,
        old,
        new,
        room,
        "killed",
        call=f"atomic_save(new, path), killed after {room} bytes",
    )

    expect_same(
        saved,
        old,
        "When the process dies while it writes, the old file is lost.",
        slips={"the file itself is written: write a temporary one": lambda _: True},
    )
    expect_equal(ended, "killed", "atomic_save writes less than the object takes.")


@exercise("read_write.atomic_save")
def test_atomic_save_on_a_full_disk_leaves_the_old_file(observe, rng):
    old, new = two_states(rng)
    room = rng.randrange(1000, 18000)

    ended, saved, names = observe(
        save_with_little_room,
        old,
        new,
        room,
        "refused",
        call=f"atomic_save(new, path) on a disk with room for {room} bytes",
    )

    expect_same(
        saved,
        old,
        "When the disk is full, the old file is lost.",
        slips={"the file itself is written: write a temporary one": lambda _: True},
    )
    expect_equal(ended, "raised", "A full disk is passed over in silence.")
    expect_equal(names, ["net.pt"], "When the disk is full, a temporary file is left.")


@exercise("read_write.atomic_save", weight=2)
def test_atomic_save_replaces_a_whole_file_by_a_whole_one(observe, rng):
    old, new = two_states(rng)

    ended, saved, others, events = observe(
        die_before_replacing,
        old,
        new,
        call="atomic_save(new, path), killed where it calls os.replace",
    )

    moved = [size for kind, size in events if kind == "move"]
    synced = [size for kind, size in events if kind == "sync"]
    expect_true(
        ended == "killed" and len(moved) == 1,
        "atomic_save does not put the new file in place in one step.",
        expected="a call of os.replace",
        got="none",
        cause="a file that is written or copied in place can be cut off halfway",
    )
    expect_same(saved, old, "The old file is gone before the new one is in its place.")
    expect_true(
        len(others) > 0,
        "The temporary file is not in the folder of path.",
        expected="it lies beside path",
        got="it lies elsewhere",
        cause="os.replace works in one step only within one file system",
    )
    expect_equal(len(others), 1, "There is more than one temporary file.")
    expect_same(
        others[0], new, "The temporary file is not complete when it takes its place."
    )
    expect_true(
        moved[0] in synced[-1:],
        "The new bytes are not forced to the disk before os.replace.",
        expected=f"os.fsync with all {moved[0]} bytes written",
        got=f"os.fsync with {synced[-1]} bytes written" if synced else "no os.fsync",
        cause="file.flush() comes before os.fsync: the rest is still in a buffer"
        if synced
        else "after a crash, the new name may stand for an empty file",
    )


# read_header, read_tensor

ENTRIES = {
    "BOOL": torch.bool,
    "U8": torch.uint8,
    "I8": torch.int8,
    "I16": torch.int16,
    "I32": torch.int32,
    "I64": torch.int64,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "F32": torch.float32,
    "F64": torch.float64,
}
NAME_OF = {dtype: name for name, dtype in ENTRIES.items()}


def entries_of(tensors: dict[str, Tensor]) -> dict[str, dict[str, Any]]:
    """Return the header's entries for tensors that lie in this order."""
    entries, end = {}, 0
    for name, tensor in tensors.items():
        begin, end = end, end + tensor.nbytes
        entries[name] = {
            "dtype": NAME_OF[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [begin, end],
        }
    return entries


def container(header: Any, body: bytes, spaces: int = 0) -> bytes:
    """Return a file with any header, right or wrong."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    text += b" " * spaces
    return len(text).to_bytes(8, "little") + text + body


def every_dtype(rng) -> dict[str, Tensor]:
    """Return tensors of each dtype, some empty or without dimensions."""
    tensors = {}
    for dtype in rng.sample(list(ENTRIES.values()), len(ENTRIES)):
        shape = rng.sample(DISTINCT, rng.randrange(1, 4))
        values = torch.randint(0, 2 if dtype is torch.bool else 100, shape)
        noise = torch.rand(shape) if dtype.is_floating_point else 0
        tensors[f"layer.{NAME_OF[dtype]}"] = (values + noise).to(dtype)
    return {
        "three.bytes": torch.tensor([1, 2, 3], dtype=torch.uint8),
        "unaligned": torch.randn(2, 3),
        **tensors,
        "none": torch.empty(0, 4, dtype=torch.int16),
        "größe": torch.tensor(0.5, dtype=torch.float64),
    }


def header_in(ex: Any, data: bytes) -> dict[str, dict[str, str | list[int]]]:
    with TemporaryDirectory() as folder:
        path = f"{folder}/file.safetensors"
        Path(path).write_bytes(data)
        return ex.read_header(path)


def tensors_in(ex: Any, data: bytes, names: list[str]) -> dict[str, Tensor]:
    with TemporaryDirectory() as folder:
        path = Path(folder, "file.safetensors")
        path.write_bytes(data)
        return {name: ex.read_tensor(path, name) for name in names}


def change_and_read_again(ex: Any, data: bytes, name: str) -> tuple[Tensor, Tensor]:
    with TemporaryDirectory() as folder:
        path = Path(folder, "file.safetensors")
        path.write_bytes(data)
        tensor = ex.read_tensor(path, name)
        tensor.add_(1)
        return tensor, ex.read_tensor(path, name)


def count_bytes_read(
    ex: Any, small: bytes, large: bytes, size: int, name: str
) -> tuple[int, int]:
    """Return how many bytes each function reads, 0 where the system does not count."""
    with TemporaryDirectory() as folder:
        warm, path = Path(folder, "small"), Path(folder, "large")
        warm.write_bytes(small)
        path.write_bytes(large)
        os.truncate(path, size)
        ex.read_header(warm), ex.read_tensor(warm, name)
        start = bytes_read()
        ex.read_header(path)
        middle = bytes_read()
        ex.read_tensor(path, name)
        return middle - start, bytes_read() - middle


def bytes_read() -> int:
    counters = Path("/proc/self/io")
    return int(counters.read_text().split()[1]) if counters.exists() else 0


@exercise("read_write.read_header")
def test_header_tells_of_each_tensor(observe, rng):
    tensors = every_dtype(rng)
    entries, body = entries_of(tensors), b"".join(map(bits, tensors.values()))
    shuffled = dict(rng.sample(list(entries.items()), len(entries)))
    data = container({"__metadata__": {"format": "pt"}, **shuffled}, body, spaces=5)

    header = observe(header_in, data, call="read_header(path)")

    expect_equal(
        sorted(header),
        sorted(entries),
        "read_header does not name the tensors of the file.",
        slips={
            "__metadata__ is no tensor: leave it out": (
                lambda names: "__metadata__" in names
            )
        },
    )
    for name, entry in entries.items():
        expect_equal(
            dict(sorted(header[name].items())),
            dict(sorted(entry.items())),
            f"read_header does not give the entry of {name} as it is in the file.",
        )


@exercise("read_write.read_header")
def test_header_of_no_tensors_is_empty(observe):
    header = observe(header_in, container({}, b""), call="read_header of no tensors")

    expect_equal(header, {}, "read_header of a file without tensors is not empty.")


@exercise("read_write.read_header", weight=2)
def test_read_tensor_gives_the_bits_of_the_file(observe, rng):
    tensors = every_dtype(rng)
    entries, body = entries_of(tensors), b"".join(map(bits, tensors.values()))
    shuffled = dict(rng.sample(list(entries.items()), len(entries)))
    data = container({"__metadata__": {"format": "pt"}, **shuffled}, body, spaces=3)

    read = observe(tensors_in, data, list(tensors), call="read_tensor(path, name)")

    expect_same(
        read, tensors, "read_tensor does not give the tensors that are in the file."
    )


@exercise("read_write.read_header")
def test_read_tensor_gives_memory_of_its_own(observe, rng):
    tensors = {"a": torch.randn(rng.choice(DISTINCT)), "b": torch.randn(4)}
    entries, body = entries_of(tensors), b"".join(map(bits, tensors.values()))
    data = container(entries, body, spaces=-len(json.dumps(entries)) % 8)

    changed, again = observe(
        change_and_read_again,
        data,
        "a",
        call='t = read_tensor(path, "a"); t.add_(1); read_tensor(path, "a")',
    )

    expect_close(
        changed, tensors["a"] + 1, "The tensor that is read cannot be changed."
    )
    expect_same(again, tensors["a"], "A change of the tensor changes the file.")


@exercise("read_write.read_header")
def test_read_tensor_of_an_unknown_name_raises_key_error(observe, rng):
    tensors = {"a": torch.randn(3)}
    data = container(entries_of(tensors), bits(tensors["a"]))

    raised = observe.error(tensors_in, data, ["b"], call='read_tensor(path, "b")')

    expect_error(raised, KeyError, "read_tensor of an unknown name is no KeyError.")


@exercise("read_write.read_header", weight=2)
def test_only_the_bytes_needed_are_read(observe, rng):
    side, layers = 512, 6
    each = side * side * 4
    entries = {
        f"layer.{i}": {
            "dtype": "F32",
            "shape": [side, side],
            "data_offsets": [i * each, (i + 1) * each],
        }
        for i in range(layers)
    }
    name = f"layer.{rng.randrange(layers)}"
    start = container(entries, b"")
    small = {name: torch.randn(2)}

    for_header, for_tensor = observe(
        count_bytes_read,
        container(entries_of(small), bits(small[name])),
        start,
        len(start) + layers * each,
        name,
        call=f"read_header and read_tensor of a file of {layers} tensors, 1 MiB each",
    )

    slack = 1 << 19  # buffers of a file object
    expect_true(
        for_header <= len(start) + slack,
        "read_header reads more than the header.",
        expected=f"{len(start)} bytes and a buffer",
        got=f"{for_header} bytes",
        cause="file.read() without a number reads all there is",
    )
    expect_true(
        for_tensor <= len(start) + each + slack,
        "read_tensor reads more than the header and one tensor.",
        expected=f"{len(start) + each} bytes and a buffer",
        got=f"{for_tensor} bytes",
        cause="file.seek goes to the tensor's bytes without reading the others",
    )


def corrupt(how: str) -> bytes:
    """Return a file that is wrong in one way, of 24 bytes of data."""
    tensors = {"a": torch.randn(2, 2), "b": torch.randn(2)}
    entries, body = entries_of(tensors), b"".join(map(bits, tensors.values()))
    a, b = entries["a"], entries["b"]
    right = container(entries, body)
    length = int.from_bytes(right[:8], "little")
    return {
        "empty": b"",
        "seven bytes long": right[:7],
        "cut off in the header": right[: 8 + length // 2],
        "cut off in the data": right[:-1],
        "too long": right + b"\0\0\0\0",
        "a header length of 2 ** 62": (1 << 62).to_bytes(8, "little") + right[8:],
        "no JSON": container(b"{dtype: F32}", body),
        "no UTF-8": container(b'{"\xff": 1}', body),
        "a JSON list": container([1, 2], body),
        "an entry that is a number": container({**entries, "c": 7}, body),
        "an unknown dtype": container({"a": {**a, "dtype": "F33"}, "b": b}, body),
        "an entry without shape": container(
            {"a": {k: v for k, v in a.items() if k != "shape"}, "b": b}, body
        ),
        "a shape of text": container({"a": {**a, "shape": "22"}, "b": b}, body),
        "negative sizes": container({"a": {**a, "shape": [-2, -2]}, "b": b}, body),
        "another shape than offsets": container(
            {"a": {**a, "shape": [2, 1]}, "b": b}, body
        ),
        "offsets beyond the end": container(
            {"a": a, "b": {**b, "data_offsets": [1 << 40, (1 << 40) + 8]}}, body
        ),
        "negative offsets": container(
            {"a": a, "b": {**b, "data_offsets": [-8, 0]}}, body
        ),
        "one offset": container({"a": a, "b": {**b, "data_offsets": [16]}}, body),
        "an overlap": container(
            {"a": a, "b": {**b, "data_offsets": [12, 20]}}, body[:20]
        ),
        "a gap": container(
            {"a": a, "b": {**b, "data_offsets": [20, 28]}}, body + b"\0\0\0\0"
        ),
    }[how]


CORRUPT = {
    "empty": "8 bytes of length come first",
    "seven bytes long": "8 bytes of length come first",
    "cut off in the header": "file.read may give fewer bytes than it is asked for",
    "cut off in the data": "the last tensor ends where the file ends",
    "too long": "the last tensor ends where the file ends",
    "a header length of 2 ** 62": "compare the length with the size of the file",
    "no JSON": None,
    "no UTF-8": None,
    "a JSON list": "json.loads lets any JSON pass: look at what came",
    "an entry that is a number": "json.loads lets any JSON pass: look at what came",
    "an unknown dtype": "a dtype that is not in DTYPES is wrong",
    "an entry without shape": "each entry has dtype, shape and data_offsets",
    "a shape of text": "a shape is a list of ints",
    "negative sizes": "(-2) * (-2) is 4 as well: look at each size",
    "another shape than offsets": "end - begin is what shape and dtype need",
    "offsets beyond the end": "offsets lie within the data",
    "negative offsets": "offsets lie within the data",
    "one offset": "offsets come in pairs",
    "an overlap": "each tensor begins where the one before it ends",
    "a gap": "each tensor begins where the one before it ends",
}


# What comes of believing a corrupt header.
STUMBLES = (
    r"^(Type|Key|Index|Memory|Overflow|Runtime)?[Ee]rror:|^AttributeError: '\w+' object"
)


@exercise("read_write.read_header", weight=3)
@pytest.mark.parametrize("how", CORRUPT)
def test_corrupt_files_are_refused(observe, how):
    data = corrupt(how)

    cause = CORRUPT[how]
    causes = {STUMBLES: cause} if cause else None
    by_header = observe.error(
        header_in, data, call=f"read_header(path) of a file with or of: {how}"
    )
    expect_error(
        by_header,
        ValueError,
        "read_header does not refuse a corrupt file with ValueError.",
        cause=cause,
        causes=causes,
    )
    by_tensor = observe.error(
        tensors_in, data, ["b"], call=f'read_tensor(path, "b") with or of: {how}'
    )
    expect_error(
        by_tensor,
        ValueError,
        "read_tensor does not refuse a corrupt file with ValueError.",
        cause=cause,
        causes=causes,
    )


# write_tensors


def write_and_get_bytes(ex: Any, tensors: dict[str, Tensor]) -> bytes | None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "file.safetensors")
        ex.write_tensors(path, tensors)
        return path.read_bytes() if path.is_file() else None


def write_views(ex: Any, big: Tensor, cube: Tensor) -> bytes | None:
    column = torch.arange(3.0).reshape(3, 1)
    views = {
        "turned": big.clone().T,
        "steps": big.clone()[::2, 1:],
        "row": big[1],
        "spread": column.expand(3, 4),
        "cube": cube.permute(2, 0, 1),
    }
    return write_and_get_bytes(ex, views)


def write_sharing(ex: Any, how: str) -> bytes | None:
    t = torch.randn(4, 3)
    net = nn.Linear(3, 3)
    tensors = {
        "one tensor twice": {"a": t, "b": torch.ones(2), "c": t},
        "a tensor and its transpose": {"a": t, "b": t.T},
        "a tensor and a part of it": {"a": t, "b": t[1:]},
        "a parameter and its data": {"a": net.weight, "b": net.weight.detach()},
    }[how]
    return write_and_get_bytes(ex, tensors)


def file_after_refusal(ex: Any, what: str) -> bool:
    tied = torch.randn(3)
    tensors = {
        "tied": {"a": tied, "b": tied},
        "complex": {"a": torch.randn(2), "b": torch.zeros(2, dtype=torch.complex64)},
    }[what]
    with TemporaryDirectory() as folder:
        with contextlib.suppress(Exception):
            ex.write_tensors(Path(folder, "file.safetensors"), tensors)
        return bool(os.listdir(folder))


def parse(data: bytes) -> tuple[dict[str, Any], int] | str:
    """Return a file's entries and where its data start, or what is wrong with it."""
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > len(data) - 8:
        return f"a length of {length} in a file of {len(data)} bytes"
    try:
        entries = json.loads(data[8 : 8 + length])
    except (ValueError, RecursionError):
        return "a header that is no JSON"
    if not isinstance(entries, dict):
        return "a header that is no JSON object"
    for name, entry in entries.items():
        match entry:
            case {
                "dtype": str(),
                "shape": [*shape],
                "data_offsets": [int(), int()],
            } if len(entry) == 3 and all(type(n) is int for n in shape):
                pass
            case _:
                return f"for {name} the entry {entry}"
    return entries, 8 + length


def expect_file(data: bytes | None, tensors: dict[str, Tensor]) -> dict[str, int]:
    """Expect a right file of these tensors; return where in it each tensor starts."""
    parsed = "no file at path" if data is None else parse(data)
    expect_true(
        not isinstance(parsed, str),
        "write_tensors does not write a safetensors file.",
        expected="8 bytes of length, a JSON object, the data",
        got=str(parsed),
    )
    entries, start = parsed
    body = data[start:]
    expect_equal(
        sorted(entries),
        sorted(tensors),
        "The header does not name the tensors, and nothing else.",
    )
    for name, tensor in tensors.items():
        described = [entries[name]["dtype"], entries[name]["shape"]]
        expect_equal(
            described,
            [NAME_OF[tensor.dtype], list(tensor.shape)],
            f"The header does not describe {name}.",
        )
        begin, end = entries[name]["data_offsets"]
        expect_equal(
            end - begin, tensor.nbytes, f"The offsets do not span the bytes of {name}."
        )
        column_major = bits(tensor.T) if tensor.dim() == 2 else None
        expect_true(
            begin >= 0 and body[begin:end] == bits(tensor),
            f"The bytes at the offsets of {name} are not its entries, row by row.",
            expected="row-major order",
            got="other bytes",
            cause="the memory of a transposed tensor is in another order: "
            "contiguous() first"
            if body[begin:end] == column_major
            else None,
        )
    spans = sorted(entry["data_offsets"] for entry in entries.values())
    ends = [0, *(end for _, end in spans)]
    expect_true(
        [begin for begin, _ in spans] == ends[:-1] and ends[-1] == len(body),
        "The tensors do not lie one behind the other, without gap or overlap.",
        expected=f"{sum(t.nbytes for t in tensors.values())} bytes, each a tensor's",
        got=f"{len(body)} bytes of data, offsets {spans}",
    )
    return {name: start + entry["data_offsets"][0] for name, entry in entries.items()}


@exercise("read_write.write_tensors")
def test_write_tensors_writes_what_the_format_says(observe, rng):
    tensors = every_dtype(rng)

    data = observe(
        write_and_get_bytes, tensors, call="write_tensors(path, tensors of each dtype)"
    )

    expect_file(data, tensors)


@exercise("read_write.write_tensors")
def test_write_tensors_writes_no_tensors(observe):
    data = observe(write_and_get_bytes, {}, call="write_tensors(path, {})")

    expect_file(data, {})


@exercise("read_write.write_tensors", weight=2)
def test_written_tensors_are_aligned(observe, rng):
    tensors = every_dtype(rng)
    tensors[rng.choice(["x", "extra", "a longer name"])] = torch.randn(3)

    data = observe(
        write_and_get_bytes, tensors, call="write_tensors(path, tensors of each dtype)"
    )

    starts = expect_file(data, tensors)
    first = min(starts.values())
    expect_true(
        first % 8 == 0,
        "The data do not start at a multiple of 8 bytes.",
        expected="spaces at the header's end, up to a multiple of 8",
        got=f"the data start at byte {first}",
        cause="the 8 bytes of length keep it: pad the header itself",
    )
    for name, tensor in tensors.items():
        expect_true(
            starts[name] % tensor.itemsize == 0,
            "A tensor does not start at a multiple of its item size.",
            expected=f"{name} at a multiple of {tensor.itemsize}",
            got=f"byte {starts[name]}",
            cause="tensors with the largest items lie first",
        )


@exercise("read_write.write_tensors", weight=2)
def test_write_tensors_writes_views_row_by_row(observe, rng):
    big = torch.randn(*rng.sample(DISTINCT, 2))
    cube = torch.randn(2, 3, 4)

    data = observe(
        write_views, big, cube, call="write_tensors(path, {views: t.T, t[::2, 1:], …})"
    )

    views = {
        "turned": big.T,
        "steps": big[::2, 1:],
        "row": big[1],
        "spread": torch.arange(3.0).reshape(3, 1).expand(3, 4),
        "cube": cube.permute(2, 0, 1),
    }
    expect_file(data, views)


@exercise("read_write.write_tensors")
def test_empty_tensors_share_nothing(observe):
    tensors = {"a": torch.empty(0), "b": torch.empty(0, 3), "c": torch.randn(2)}

    data = observe(
        write_and_get_bytes, tensors, call="write_tensors(path, two empty tensors)"
    )

    expect_file(data, tensors)


@exercise("read_write.write_tensors", weight=2)
@pytest.mark.parametrize(
    "how",
    [
        "one tensor twice",
        "a tensor and its transpose",
        "a tensor and a part of it",
        "a parameter and its data",
    ],
)
def test_write_tensors_refuses_shared_memory(observe, how):
    raised = observe.error(
        write_sharing, how, call=f"write_tensors(path, tensors), with {how}"
    )

    expect_error(
        raised,
        ValueError,
        "write_tensors does not refuse tensors that share memory.",
        cause="compare untyped_storage().data_ptr(): other objects, shapes or offsets "
        "may lie in one storage",
    )


@exercise("read_write.write_tensors")
@pytest.mark.parametrize("what", ["tied", "complex"])
def test_write_tensors_that_refuses_writes_nothing(observe, what):
    call = f"write_tensors(path, {what} tensors)"

    written = observe(file_after_refusal, what, call=call)
    raised = observe.error(write_refused, what, call=call)

    expect_error(raised, ValueError, "write_tensors does not refuse such tensors.")
    expect_true(
        not written,
        "write_tensors refuses the tensors but leaves a file.",
        expected="no file",
        got="a file",
        cause="check everything before you open the file",
    )


def write_refused(ex: Any, what: str) -> None:
    t = torch.randn(3)
    second = t if what == "tied" else torch.zeros(2, dtype=torch.complex64)
    write_and_get_bytes(ex, {"a": t, "b": second})


# migrate_keys


def migrate(
    ex: Any, state: State, rules: list[tuple[str, str]]
) -> tuple[State, bool, State]:
    """Return the new state, whether it has the very tensors, and the old state."""
    tensors = list(state.values())
    new = ex.migrate_keys(state, rules)
    same = len(new) == len(tensors)
    same = same and all(a is b for a, b in zip(new.values(), tensors, strict=True))
    return new, same, state


def some_state(names: list[str]) -> State:
    return {name: torch.tensor([float(i), -1.0]) for i, name in enumerate(names)}


WRAPPED = {
    "module.model.embed.weight": "model.embed.weight",
    "_orig_mod.norm.weight": "norm.weight",
    "module._orig_mod.head.weight": "head.weight",
    "_orig_mod.module.module.tail.bias": "tail.bias",
    "submodule.module.bias": "submodule.module.bias",
    "modules.0._orig_mod.weight": "modules.0._orig_mod.weight",
    "bare": "bare",
}

RULES = [("enc.0", "first"), ("enc", "encoder"), ("encoder", "wrong"), ("out", "head")]
RENAMED = {
    "module.enc.0.weight": "first.weight",
    "enc.01.weight": "encoder.01.weight",
    "enc.1.enc.bias": "encoder.1.enc.bias",
    "encode.weight": "encode.weight",
    "encoder.weight": "wrong.weight",
    "out": "head",
    "_orig_mod.output.out": "output.out",
}


@exercise("read_write.migrate_keys")
def test_migrate_takes_wrappers_off_the_front(observe, rng):
    names = dict(rng.sample(list(WRAPPED.items()), len(WRAPPED)))

    state, _, _ = observe(
        migrate, some_state(list(names)), [], call="migrate_keys(state, [])"
    )

    def once(name: str) -> str:
        return name.removeprefix("module.").removeprefix("_orig_mod.")

    def anywhere(name: str) -> str:
        return name.replace("module.", "").replace("_orig_mod.", "")

    def letters(name: str) -> str:
        return name.lstrip("module.").lstrip("_orig_mod.")  # noqa: B005 - the slip

    expect_equal(
        list(state),
        list(names.values()),
        "migrate_keys does not take the wrappers' names off, and nothing else.",
        slips={
            "str.replace finds its text anywhere, in submodule. too": (
                lambda got: got == list(map(anywhere, names))
            ),
            "str.lstrip takes letters away, not a prefix": (
                lambda got: (
                    got == list(map(letters, names)) or "model.embed.weight" not in got
                )
            ),
            "wrappers may stand one behind the other, in any order": (
                lambda got: got == list(map(once, names)) or "tail.bias" not in got
            ),
        },
    )


@exercise("read_write.migrate_keys", weight=2)
def test_migrate_applies_the_first_rule_that_matches(observe, rng):
    names = dict(rng.sample(list(RENAMED.items()), len(RENAMED)))

    state, _, _ = observe(
        migrate,
        some_state(list(names)),
        RULES,
        call=f"migrate_keys(state, {RULES})",
    )

    expect_equal(
        list(state),
        list(names.values()),
        "migrate_keys does not rename as the rules say.",
        slips={
            "a rule matches up to a dot: enc is no beginning of encode": (
                lambda got: any(name.startswith("encoderode") for name in got)
            ),
            "only the first rule that matches is applied": (
                lambda got: "wrong.1.enc.bias" in got or "wrong.01.weight" in got
            ),
            "the first matching rule wins, not the last": (
                lambda got: "encoder.0.weight" in got
            ),
            "a rule applies to the beginning of a name only": (
                lambda got: "encoder.1.encoder.bias" in got or "output.head" in got
            ),
            "a rule also renames what has exactly its name": lambda got: "out" in got,
        },
    )


@exercise("read_write.migrate_keys")
@pytest.mark.parametrize(
    ("names", "rules", "becomes"),
    [
        (["module.a.weight", "b", "a.weight"], [], "a.weight"),
        (["old.bias", "c", "new.bias"], [("old", "new")], "new.bias"),
        (["x.w", "y.w"], [("x", "z"), ("y", "z")], "z.w"),
    ],
    ids=["by wrapper", "by rule", "by two rules"],
)
def test_migrate_refuses_collisions(observe, names, rules, becomes):
    raised = observe.error(
        migrate,
        some_state(names),
        rules,
        call=f"migrate_keys of {names} by {rules}",
    )

    expect_error(
        raised,
        ValueError,
        "migrate_keys does not refuse two names that become the same.",
        mentions=becomes,
        cause="one tensor replaces the other in silence",
    )


@exercise("read_write.migrate_keys")
def test_migrate_leaves_its_argument_alone(observe):
    state = some_state(list(RENAMED))

    new, same, after = observe(migrate, state, RULES, call="migrate_keys(state, rules)")

    expect_equal(
        list(after), list(state), "migrate_keys changes the state that it is given."
    )
    expect_equal(len(new), len(state), "migrate_keys loses tensors.")
    expect_true(
        same,
        "migrate_keys does not give the same tensors in the same order.",
        expected="the tensors themselves",
        got="copies, or another order",
    )


# load_on_cpu


def load_here(ex: Any, data: bytes) -> tuple[Any, list[str]]:
    with TemporaryDirectory() as folder:
        path = Path(folder, "run.pt")
        path.write_bytes(data)
        loaded = ex.load_on_cpu(path)
    return loaded, [str(t.device) for _, t in named(loaded) if isinstance(t, Tensor)]


def as_if_from(device: str, obj: Any) -> bytes:
    """Return a file of `torch.save` that says its tensors were on `device`."""
    output = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(saved_bytes(obj))) as old,
        zipfile.ZipFile(output, "w") as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            if name.endswith("/data.pkl"):
                place = b"X" + len(device).to_bytes(4, "little") + device.encode()
                content = content.replace(b"X\x03\0\0\0cpu", place)
            new.writestr(name, content)
    return output.getvalue()


def run_data(rng) -> dict[str, Any]:
    return {
        "model": {"weight": torch.randn(rng.choice(DISTINCT), 3), "n": torch.tensor(5)},
        "optimizer": {"state": {0: {"exp_avg": torch.randn(3).half()}}, "lr": 0.1},
        "betas": (0.9, 0.999),
        "history": [torch.randn(2).bfloat16(), torch.tensor([True, False])],
        "step": rng.randrange(1000),
        "note": "cuda:3 was fast",
    }


DEVICES = ["cpu", "cuda:0", "cuda:3", "cuda", "mps"]


@exercise("read_write.load_on_cpu", weight=2)
@pytest.mark.parametrize("device", DEVICES)
def test_file_from_any_device_loads_on_the_cpu(observe, rng, device):
    obj = run_data(rng)

    loaded, devices = observe(
        load_here,
        as_if_from(device, obj),
        call=f"load_on_cpu(path) of a file from {device}",
        causes={
            "^RuntimeError": "tensors go to the device they were saved on, unless "
            "map_location says otherwise for each device"
        },
    )

    expect_same(loaded, obj, "load_on_cpu does not give what was saved.")
    expect_equal(devices, ["cpu"] * len(devices), "Tensors are not on the CPU.")


@exercise("read_write.load_on_cpu")
def test_load_on_cpu_takes_a_single_tensor(observe, rng):
    tensor = torch.randn(rng.choice(DISTINCT), dtype=torch.float64)
    data = as_if_from("cuda:1", tensor)

    loaded, _ = observe(load_here, data, call="load_on_cpu(path) of one tensor")

    expect_same(loaded, tensor, "load_on_cpu does not give the tensor that was saved.")


@exercise("read_write.load_on_cpu")
def test_load_on_cpu_takes_a_state_dict(observe, rng):
    state = net_state(normed_net(rng.sample(DISTINCT, 3)))

    loaded, _ = observe(
        load_here, as_if_from("cuda:2", state), call="load_on_cpu(path) of a state dict"
    )

    expect_same(loaded, state, "load_on_cpu does not give the state that was saved.")


# shard, load_sharded


def tie(state: State, ties: dict[str, str]) -> State:
    """Return the state with some names for the memory of others."""
    return {name: state[ties.get(name, name)].detach() for name in state}


def write_shards(
    ex: Any, state: State, ties: dict[str, str], max_bytes: int
) -> tuple[str, dict[str, Any], int]:
    """Return the index, the files' contents, and the bytes of all files."""
    with TemporaryDirectory() as folder:
        ex.shard(tie(state, ties), folder, max_bytes)
        files = [f for f in Path(folder).iterdir() if f.name != "index.json"]
        index = Path(folder, "index.json")
        text = index.read_text() if index.is_file() else ""
        contents = {f.name: read_plainly(f) for f in files}
        return text, contents, sum(f.stat().st_size for f in files)


def reload_shards(ex: Any, state: State, max_bytes: int) -> State:
    with TemporaryDirectory() as folder:
        one, two = Path(folder, "one"), Path(folder, "two")
        one.mkdir()
        ex.shard(state, one, max_bytes)
        one.rename(two)
        return ex.load_sharded(two)


def change_tied(
    ex: Any, state: State, ties: dict[str, str], max_bytes: int
) -> tuple[State, State]:
    """Return what load_sharded gives, before and after a change of the first names."""
    with TemporaryDirectory() as folder:
        ex.shard(tie(state, ties), folder, max_bytes)
        loaded = ex.load_sharded(folder)
    before = {name: tensor.clone() for name, tensor in loaded.items()}
    for name in set(ties.values()):
        loaded[name].add_(1)
    return before, loaded


def load_shards(
    ex: Any, index: dict[str, str], files: dict[str, State]
) -> dict[str, Tensor]:
    with TemporaryDirectory() as folder:
        for name, tensors in files.items():
            torch.save(tensors, Path(folder, name))
        text = json.dumps({"weight_map": index})
        Path(folder, "index.json").write_text(text)
        return ex.load_sharded(folder)


def read_index(text: str) -> dict[str, str] | None:
    """Return the index's map, or None if it is something else."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    match found:
        case {"weight_map": dict(names)} if all(
            isinstance(file, str) for file in names.values()
        ):
            return names
    return None


def groups_of(files: dict[str, str]) -> list[list[str]]:
    """Return the names of each shard, in order of appearance."""
    groups: dict[str, list[str]] = {}
    for name, file in files.items():
        groups.setdefault(file, []).append(name)
    return list(groups.values())


def expected_groups(
    state: State, ties: dict[str, str], max_bytes: int
) -> list[list[str]]:
    groups: list[list[str]] = []
    room = 0
    for name, tensor in state.items():
        if name in ties:
            next(g for g in groups if ties[name] in g).append(name)
            continue
        if not groups or tensor.nbytes > room:
            groups.append([])
            room = max_bytes
        room -= tensor.nbytes
        groups[-1].append(name)
    return groups


def expect_shards(
    text: str,
    contents: dict[str, Any],
    state: State,
    ties: dict[str, str],
    max_bytes: int,
) -> None:
    files = read_index(text)
    expect_true(
        files is not None,
        "index.json is not an object with a weight_map.",
        expected='{"weight_map": {name: file, …}}',
        got=text or "no such file",
    )
    expect_equal(
        list(files), list(state), "The index does not name the tensors in their order."
    )
    tied = tie(state, ties)
    expect_equal(
        groups_of(files),
        expected_groups(tied, ties, max_bytes),
        f"The tensors are not in the shards that {max_bytes} bytes give.",
        slips={
            "tied entries count once, in the shard of the first": (
                expected_groups(tied, {}, max_bytes)
            )
            if ties
            else [],
            "each tensor has a shard of its own": [[name] for name in state],
            "all tensors are in one shard": [list(state)],
        },
    )
    expect_equal(
        sorted(contents), sorted(set(files.values())), "The index names other files."
    )
    for file, group in zip(
        dict.fromkeys(files.values()), groups_of(files), strict=True
    ):
        held = contents[file]
        expect_true(
            isinstance(held, dict),
            "torch.load(file, weights_only=True) does not read a shard.",
            expected="a dict of tensors",
            got=held if isinstance(held, str) else "something else",
        )
        expect_equal(
            sorted(map(str, held)), sorted(group), "A shard holds other names."
        )
        for name in group:
            expect_same(held[name], tied[name], f"A shard does not hold {name}.")


@exercise("read_write.shard", weight=2)
@pytest.mark.parametrize("oversized", [False, True], ids=["all_fit", "one_is_larger"])
def test_shards_are_filled_one_after_the_other(observe, rng, oversized):
    sizes = [rng.randrange(1, 12) for _ in range(12)]
    if oversized:
        sizes[rng.randrange(2, 10)] = 40
    max_bytes = 4 * rng.randrange(14, 24)
    state = {f"layer.{i}": torch.randn(n) for i, n in enumerate(sizes)}

    text, contents, _ = observe(
        write_shards, state, {}, max_bytes, call=f"shard(state, folder, {max_bytes})"
    )

    expect_shards(text, contents, state, {}, max_bytes)


@exercise("read_write.shard")
def test_sizes_of_shards_are_bytes(observe, rng):
    dtypes = [torch.float64, torch.float16, torch.uint8, torch.float32, torch.bfloat16]
    state = {
        str(i): torch.ones(rng.randrange(2, 9), 2).to(dtype)
        for i, dtype in enumerate(rng.sample(dtypes * 3, 15))
    }
    max_bytes = 8 * rng.randrange(16, 24)

    text, contents, _ = observe(
        write_shards,
        state,
        {},
        max_bytes,
        call=f"shard(tensors of several dtypes, folder, {max_bytes})",
    )

    expect_shards(text, contents, state, {}, max_bytes)


@exercise("read_write.shard", weight=2)
def test_tied_entries_are_stored_once(observe, rng):
    n = rng.randrange(4000, 6000)
    sizes = {"embed": n, "again": n, "a": n // 2, "b": n, "head": n, "c": 5}
    state = {name: torch.randn(size) for name, size in sizes.items()}
    ties = {"again": "embed", "head": "embed"}
    max_bytes = 4 * (n + n // 2)

    text, contents, size = observe(
        write_shards,
        state,
        ties,
        max_bytes,
        call=f"shard(state with three names for one tensor, folder, {max_bytes})",
    )

    expect_shards(text, contents, state, ties, max_bytes)
    own = sum(t.nbytes for name, t in state.items() if name not in ties)
    expect_true(
        size <= own + 3 * n,
        "Tied entries are stored more than once.",
        expected=f"about {own} bytes in all",
        got=f"{size} bytes",
        cause="copies of tied tensors are tied no more: save one copy under all names",
    )


@exercise("read_write.shard", weight=2)
def test_tied_entries_are_tied_again(observe, rng):
    n = rng.randrange(20, 40)
    state = {name: torch.randn(n) for name in ("embed", "a", "b", "head")}
    ties = {"head": "embed"}

    before, after = observe(
        change_tied,
        state,
        ties,
        4 * n,
        call="shard(…); state = load_sharded(folder); state['embed'].add_(1)",
    )

    tied = tie(state, ties)
    expect_same(before, tied, "load_sharded does not give the state back.")
    changed = {
        name: tensor + 1 if name in ("embed", "head") else tensor
        for name, tensor in tied.items()
    }
    expect_true(
        form(after) == form(changed) and bits(after) == bits(changed),
        "Tied entries do not share their memory after load_sharded.",
        expected="head changes with embed, and nothing else does",
        got="another state",
        cause="they stand in one shard, under two names for one tensor",
    )


@exercise("read_write.shard")
def test_sharded_state_comes_back(observe, rng):
    state = odd_tensors(rng)

    loaded = observe(
        reload_shards,
        state,
        64,
        call="shard(state, folder, 64); rename the folder; load_sharded(folder)",
    )

    expect_same(loaded, state, "load_sharded does not give the state back.")


def small_shards(rng) -> tuple[dict[str, str], dict[str, State]]:
    """Return an index and its files, and one file more."""
    state = some_state(["b", "a", "c", "d"])
    one, two = (f"part-{i}.bin" for i in rng.sample(range(100), 2))
    index = {"b": one, "a": two, "c": one, "d": two}
    files = {
        file: {name: state[name] for name in "dcba" if index[name] == file}
        for file in (one, two)
    }
    return index, files


@exercise("read_write.shard")
def test_load_sharded_goes_by_the_index(observe, rng):
    index, files = small_shards(rng)
    old = {"a": torch.zeros(2), "old": torch.zeros(2)}

    loaded = observe(
        load_shards,
        index,
        {"00.pt": old, **files, "shard-99999.pt": old},
        call="load_sharded(a folder with an older shard beside those of the index)",
    )

    expect_same(
        loaded,
        some_state(["b", "a", "c", "d"]),
        "load_sharded does not give the tensors that the index names.",
        slips={
            "files that the index does not name are old: do not list the folder": (
                lambda names: "old" in names
            ),
            "the names are in the order of the index": (
                lambda names: sorted(names) == ["a", "b", "c", "d"]
            ),
        },
    )


@exercise("read_write.shard")
def test_load_sharded_names_what_is_missing(observe, rng):
    index, files = small_shards(rng)
    lost = index["a"]

    no_file = observe.error(
        load_shards,
        index,
        {file: held for file, held in files.items() if file != lost},
        call=f"load_sharded(a folder without {lost})",
    )
    no_tensor = observe.error(
        load_shards,
        {**index, "lost.bias": lost},
        files,
        call=f"load_sharded(a folder whose {lost} lacks lost.bias)",
    )

    expect_error(
        no_file,
        FileNotFoundError,
        "load_sharded does not name the shard that is missing.",
        mentions=lost,
        cause="a missing shard is passed over in silence",
    )
    expect_error(
        no_tensor,
        ValueError,
        "load_sharded does not name the tensor that is missing.",
        mentions="lost.bias",
        cause="a missing tensor is passed over in silence",
    )


# average_checkpoints


def average(ex: Any, states: list[State]) -> State:
    with TemporaryDirectory() as folder:
        paths = [Path(folder, f"{i}.pt") for i in range(len(states))]
        for path, state in zip(paths, states, strict=True):
            torch.save(state, path)
        return ex.average_checkpoints(paths)


@exercise("read_write.average_checkpoints")
@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_average_is_the_mean_of_floating_tensors(observe, rng, count):
    shape = rng.sample(DISTINCT, 2)
    dtypes = [torch.float32, torch.float64, torch.float16, torch.bfloat16]
    states = [
        {str(dtype): torch.randn(shape).to(dtype) for dtype in dtypes}
        for _ in range(count)
    ]

    mean = observe(average, states, call=f"average_checkpoints({count} paths)")

    columns = {name: [state[name].double() for state in states] for name in states[0]}
    expected = {
        name: torch.stack(column).mean(0).to(states[0][name].dtype)
        for name, column in columns.items()
    }
    fault = "average_checkpoints does not give the mean, in the files' own dtypes."
    expect_equal(form(mean), form(expected), fault)
    for name, column in columns.items():
        halves = column[0]
        for value in column[1:]:
            halves = (halves + value) / 2
        expect_close(
            mean[name],
            expected[name],
            fault,
            slips={
                "halving pair by pair weighs the last file most": (
                    halves.to(expected[name].dtype)
                ),
                "the sum is not divided": sum(column).to(expected[name].dtype),
            }
            if count > 2
            else None,
        )


@exercise("read_write.average_checkpoints", weight=2)
@pytest.mark.parametrize("dtype", [torch.float16, torch.float32], ids=str)
def test_average_is_taken_in_float64(observe, rng, dtype):
    n = rng.choice(DISTINCT)
    if dtype is torch.float16:
        values, expected = [60000.0, 50000.0, 40000.0], 50000.0
    else:
        values, expected = [3e8, 3.0, -3e8], 1.0
    states = [{"weight": torch.full((n,), value, dtype=dtype)} for value in values]

    mean = observe(
        average, states, call=f"average_checkpoints of {values} in {form(dtype)}"
    )

    expected_mean = {"weight": torch.full((n,), expected, dtype=dtype)}
    fault = "The mean is not taken in float64."
    expect_equal(form(mean), form(expected_mean), fault)
    expect_close(
        mean["weight"],
        expected_mean["weight"],
        fault,
        slips={
            "a sum in float16 overflows": lambda t: t.isinf().any(),
            "a sum in float32 loses the small numbers": lambda t: (t != 1).any(),
        },
    )


@exercise("read_write.average_checkpoints")
def test_what_is_not_floating_comes_from_the_last_file(observe, rng):
    states = [
        {
            "batches": torch.tensor(step),
            "mask": torch.tensor([step > 10, step > 0]),
            "weight": torch.randn(2),
        }
        for step in (5, 20, 20 + rng.randrange(3, 9))
    ]

    mean = observe(average, states, call="average_checkpoints(three paths)")

    expect_equal(
        form(mean), form(states[-1]), "The average has other names, shapes or dtypes."
    )
    numbers = [state["batches"] for state in states]
    expect_equal(
        mean["batches"],
        numbers[-1],
        "An integer tensor does not come from the last file.",
        slips={
            "it comes from the first": numbers[0],
            "it is averaged and cut to an integer": sum(numbers) // 3,
        },
    )
    expect_equal(
        mean["mask"],
        states[-1]["mask"],
        "A bool tensor does not come from the last file.",
    )


def unlike_states(how: str) -> list[State]:
    one, two = ({"a": torch.randn(3), "b": torch.randn(4, 3)} for _ in range(2))
    if how == "a name is missing":
        del two["b"]
    elif how == "a name is new":
        two["c"] = torch.randn(1)
    elif how == "one row":
        two["b"] = two["b"][:1].clone()
    elif how == "another dtype":
        two["a"] = two["a"].double()
    return [] if how == "no paths" else [one, two]


@exercise("read_write.average_checkpoints", weight=2)
@pytest.mark.parametrize(
    "how",
    ["a name is missing", "a name is new", "one row", "another dtype", "no paths"],
)
def test_average_refuses_files_that_differ(observe, how):
    raised = observe.error(
        average, unlike_states(how), call=f"average_checkpoints(paths): {how}"
    )

    expect_error(
        raised,
        ValueError,
        "average_checkpoints does not refuse files that differ, or none.",
        cause="what differs is left out, stretched or converted in silence",
    )
