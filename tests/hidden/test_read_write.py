"""File I/O: bits that survive, files that are refused, and networks left as they were.

A student's file is read in the student's process only, and only as plain tensors.
"""

import contextlib
import itertools
import os
import pickle
from collections.abc import Mapping
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
