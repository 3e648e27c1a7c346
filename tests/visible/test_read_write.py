"""File I/O: small cases to check your own work against."""

import io
import json
import os
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_close, expect_equal, expect_error, expect_true, say

exercise = pytest.mark.exercise


def save_and_load(ex: Any, obj: Any) -> tuple[Any, bool]:
    """Return what comes back, and whether `obj` holds the tensors that it held."""
    parts = list(obj.values() if isinstance(obj, dict) else obj)
    with TemporaryDirectory() as folder:
        path = Path(folder, "tensors.pt")
        ex.save_tensors(obj, path)
        after = list(obj.values() if isinstance(obj, dict) else obj)
        kept = all(one is other for one, other in zip(parts, after, strict=True))
        return ex.load_tensors(path), kept


def sizes_of_rows(ex: Any) -> dict[str, int]:
    row, sizes = torch.zeros(500, 500)[3], {}
    with TemporaryDirectory() as folder:
        path = Path(folder, "row.pt")
        for where, obj in {"": row, "in a list": [row], "in a dict": {"": row}}.items():
            ex.save_tensors(obj, path)
            sizes[where] = path.stat().st_size
    return sizes


@exercise("read_write.save_tensors")
@pytest.mark.parametrize("container", [dict, list])
def test_tensors_come_back_as_they_were(observe, container):
    tensors: Any = {
        "weight": torch.tensor([[1.0, torch.inf, 3.0]]).bfloat16(),
        "count": torch.tensor(7),
        "none": torch.empty(0, 3),
    }
    tensors = tensors if container is dict else list(tensors.values())

    loaded, kept = observe(
        save_and_load,
        tensors,
        call=say("save_tensors(a {kind}, path); load_tensors", kind=container.__name__),
    )

    expect_equal(loaded, tensors, "load_tensors does not give what was saved.")
    expect_true(
        kept,
        "save_tensors changes what it is given.",
        expected="the same tensors in it",
        got="other ones",
        cause="make a new container for the copies",
    )


@exercise("read_write.save_tensors")
def test_a_row_is_saved_without_the_rest(observe):
    sizes = observe(sizes_of_rows, call="save_tensors(torch.zeros(500, 500)[3], path)")

    for where, size in sizes.items():
        expect_true(
            size <= 500 * 4 + 4096,
            say("The file of a view {where} holds more than the view.", where=where),
            expected=say("at most {value} bytes", value=500 * 4 + 4096),
            got=say("{size} bytes", size=size),
            cause="torch.save writes the whole storage behind a view: clone() it first",
        )


def norm_net() -> nn.Module:
    net = nn.Sequential(nn.Linear(4, 2), nn.BatchNorm1d(2))
    net(torch.randn(3, 4))  # sets the buffers
    return net


def move_parameters(
    ex: Any, trained: nn.Module, net: nn.Module
) -> tuple[dict[str, Tensor], bool]:
    """Return the state of `net`, and whether it has its own parameters."""
    own = list(net.parameters())
    with TemporaryDirectory() as folder:
        path = Path(folder, "net.pt")
        ex.save_parameters(trained, path)
        ex.load_parameters(net, path)
    return dict(net.state_dict()), all(map(lambda a, b: a is b, own, net.parameters()))


def load_state(
    ex: Any, net: nn.Module, state: dict[str, Tensor]
) -> tuple[bool, dict[str, Tensor]]:
    """Return whether the file is refused, and the state of `net`."""
    refused = False
    with TemporaryDirectory() as folder:
        torch.save(state, f"{folder}/net.pt")
        try:
            ex.load_parameters(net, f"{folder}/net.pt")
        except ValueError:
            refused = True
    return refused, dict(net.state_dict())


@exercise("read_write.save_parameters")
def test_parameters_move_to_another_network(observe):
    trained, net = norm_net(), norm_net()

    state, own = observe(
        move_parameters,
        trained,
        net,
        call="save_parameters(trained, path); load_parameters(net, path)",
    )

    expect_equal(
        state,
        dict(trained.state_dict()),
        "net does not have the parameters and buffers of trained.",
    )
    expect_true(
        own,
        "load_parameters gives net new parameters.",
        expected="the parameters that net has",
        got="new ones",
        cause="an optimizer made before would train the old ones: copy the values",
    )


@exercise("read_write.save_parameters")
@pytest.mark.parametrize("how", ["no bias", "a bias of one entry", "transposed"])
def test_a_file_that_does_not_fit_is_refused(observe, how):
    net = nn.Linear(4, 2)
    state = {
        "no bias": {"weight": torch.ones(2, 4)},
        "a bias of one entry": {"weight": torch.ones(2, 4), "bias": torch.ones(1)},
        "transposed": {"weight": torch.ones(4, 2), "bias": torch.ones(2)},
    }[how]

    refused, after = observe(
        load_state, net, state, call=say("load_parameters of a file: {how}", how=how)
    )

    expect_true(
        refused,
        "load_parameters does not refuse a file that does not fit.",
        expected="ValueError",
        got="no exception",
    )
    expect_equal(
        after,
        dict(net.state_dict()),
        "The file is refused, but net is not as it was.",
        cause="load_state_dict copies what fits before it raises: check first",
    )


def deep_net(head: nn.Module) -> nn.Module:
    return nn.Sequential(norm_net(), nn.ReLU(), head)


def reuse(
    ex: Any, source: nn.Module, target: nn.Module, names: list[str]
) -> tuple[list[str], dict[str, Tensor], bool]:
    """Return names, the target's state, and whether it has its own parameters."""
    own = list(target.parameters())
    returned = ex.reuse_layers(source, target, names)
    with torch.no_grad():
        for parameter in source.parameters():
            parameter.zero_()
    kept = all(map(lambda a, b: a is b, own, target.parameters()))
    return returned, dict(target.state_dict()), kept


def try_to_reuse(
    ex: Any, source: nn.Module, target: nn.Module, names: list[str]
) -> tuple[str, dict[str, Tensor]]:
    """Return the message of a ValueError, and the target's state."""
    message = "no ValueError"
    try:
        ex.reuse_layers(source, target, names)
    except ValueError as error:
        message = str(error)
    return message, dict(target.state_dict())


@exercise("read_write.reuse_layers")
def test_layers_are_reused(observe):
    source, target = deep_net(nn.Linear(2, 3)), deep_net(nn.Linear(2, 9))
    asked = ["0.0", "0.1", "1"]

    names, state, kept = observe(
        reuse, source, target, asked, call=f"reuse_layers(source, target, {asked})"
    )

    expected = {**target.state_dict(), **source[:1].state_dict()}
    expect_equal(
        state,
        expected,
        "reuse_layers does not copy the layers 0.0 and 0.1 and nothing else.",
        slips={
            "a change of source is one of target: copy the values": (
                lambda got: not got["0.0.weight"].any()
            ),
            "a layer has buffers, too: state_dict() has them": (
                lambda got: torch.equal(
                    got["0.1.running_mean"], target[0][1].running_mean
                )
            ),
        },
    )
    expect_equal(names, asked, "reuse_layers does not return the names.")
    expect_true(
        kept,
        "reuse_layers gives target new parameters.",
        expected="the parameters that target has",
        got="new ones",
    )


@exercise("read_write.reuse_layers")
@pytest.mark.parametrize("how", ["wider", "without a bias"])
def test_a_layer_of_another_form_is_not_reused(observe, how):
    head = nn.Linear(2, 9) if how == "wider" else nn.Linear(2, 3, bias=False)
    source, target = deep_net(nn.Linear(2, 3)), deep_net(head)

    message, state = observe(
        try_to_reuse,
        source,
        target,
        ["0", "2"],
        call=say('reuse_layers(…, ["0", "2"]): the target\'s 2 is {how}', how=how),
    )

    expect_true(
        "2" in message,
        "reuse_layers does not refuse a layer that does not fit.",
        expected="ValueError that mentions 2",
        got=message,
    )
    expect_equal(
        state,
        dict(target.state_dict()),
        "reuse_layers refuses a layer but has copied another one before.",
        cause="check all names before the first copy",
    )


def rebuild(ex: Any, x: Tensor) -> tuple[Any, Tensor, Tensor, bool, bool]:
    net = ex.build_mlp(ex.MLPConfig(4, (8, 5), 2, "tanh"))
    with TemporaryDirectory() as folder:
        path = Path(folder, "model.pt")
        ex.save_model(net, path)
        config = torch.load(path, weights_only=True)["config"]
        loaded = ex.load_model(path)
    learns = all(p.requires_grad for p in loaded.parameters())
    plain = config if isinstance(config, dict) else "no dict"
    return plain, net(x), loaded(x), loaded.config == net.config, learns


CONFIG = {"in_features": 4, "hidden": (), "out_features": 2, "activation": "tanh"}


def load_changed(ex: Any, how: str) -> None:
    config, state = dict(CONFIG), dict(nn.Sequential(nn.Linear(4, 2)).state_dict())
    if how == "an unknown activation":
        config["activation"] = "swash"
    elif how == "no activation":
        del config["activation"]
    elif how == "an unknown field":
        config["dropout"] = 0.5
    elif how == "no bias in the state":
        del state["0.bias"]
    with TemporaryDirectory() as folder:
        path = Path(folder, "model.pt")
        torch.save({"config": config, "state": state}, path)
        ex.load_model(path)


@exercise("read_write.save_model")
def test_a_model_is_rebuilt_from_its_file(observe):
    config, before, after, same_config, learns = observe(
        rebuild,
        torch.randn(3, 4),
        call='save_model(build_mlp(MLPConfig(4, (8, 5), 2, "tanh")), path); '
        "load_model(path)",
        causes={
            "UnpicklingError": "an object is pickled with its class: save "
            "asdict(net.config) and net.state_dict()"
        },
    )

    expect_equal(
        config,
        {**CONFIG, "hidden": (8, 5)},
        "The file does not hold the config as a dict.",
        cause="dataclasses.asdict(net.config) gives it",
    )
    expect_close(after, before, "The loaded network computes something else.")
    expect_true(
        same_config,
        "The loaded network's config is not the saved one.",
        expected="an equal MLPConfig",
        got="another one",
    )
    expect_true(
        learns,
        "The loaded network is frozen.",
        expected="parameters that learn",
        got="requires_grad is False",
    )


@exercise("read_write.save_model")
@pytest.mark.parametrize(
    "how",
    [
        *("an unknown activation", "no activation"),
        *("an unknown field", "no bias in the state"),
    ],
)
def test_a_file_that_describes_no_model_is_refused(observe, how):
    raised = observe.error(
        load_changed, how, call=say("load_model of a file with {how}", how=how)
    )

    expect_error(
        raised,
        ValueError,
        "load_model takes a file that describes no network.",
        cause="what is wrong is passed over in silence",
    )


class Payload:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder: str):
        self.folder = folder

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (self.folder,)


def load_payload(ex: Any) -> tuple[bool, bool]:
    """Return whether the file is refused, and whether its code has run."""
    refused = False
    with TemporaryDirectory() as folder:
        torch.save({"a": Payload(f"{folder}/made")}, f"{folder}/stranger.pt")
        try:
            ex.load_untrusted(f"{folder}/stranger.pt")
        except ValueError:
            refused = True
        return refused, os.path.isdir(f"{folder}/made")


def load_obj(ex: Any, obj: Any) -> dict[str, Tensor]:
    with TemporaryDirectory() as folder:
        path = Path(folder, "stranger.pt")
        if isinstance(obj, bytes):
            path.write_bytes(obj)
        else:
            torch.save(obj, path)
        return dict(ex.load_untrusted(path))


@exercise("read_write.load_untrusted")
def test_tensors_of_a_stranger_are_loaded(observe):
    state = nn.Linear(2, 3).state_dict()

    loaded = observe(load_obj, state, call="load_untrusted(path) of a state dict")

    expect_equal(
        loaded, dict(state), "load_untrusted does not give the file's tensors."
    )


@exercise("read_write.load_untrusted")
def test_code_of_a_stranger_does_not_run(observe):
    refused, ran = observe(
        load_payload, call="load_untrusted(path) of a file that asks to run code"
    )

    expect_true(
        not ran,
        "load_untrusted runs the code in the file.",
        expected="nothing is run",
        got="the code ran",
        cause="torch.load calls what a file names, unless weights_only=True",
    )
    expect_true(
        refused,
        "load_untrusted does not refuse a file that asks to run code.",
        expected="ValueError",
        got="no exception",
    )


@exercise("read_write.load_untrusted")
@pytest.mark.parametrize("what", ["nothing", "a number in a dict", "a list"])
def test_other_files_of_a_stranger_are_refused(observe, what):
    t = torch.ones(2)
    files = {"nothing": b"", "a number in a dict": {"a": t, "step": 3}, "a list": [t]}

    raised = observe.error(
        load_obj, files[what], call=say("load_untrusted of a file of {what}", what=what)
    )

    expect_error(
        raised,
        ValueError,
        "load_untrusted takes a file that holds something else.",
        cause="weights_only=True lets numbers, lists and dicts pass: look at what came",
    )


def lose_and_resume(ex: Any, x: Tensor) -> tuple[int, Tensor, Tensor]:
    net = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5), nn.Linear(4, 1))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2)
    results = []
    with TemporaryDirectory() as folder:
        path = Path(folder, "run.pt")
        for attempt in range(2):
            if attempt == 0:
                train(net, optimizer, scheduler, x)
                ex.save_checkpoint(path, net, optimizer, scheduler, 3)
            else:
                step = ex.load_checkpoint(path, net, optimizer, scheduler)
            train(net, optimizer, scheduler, x)
            results.append(net[0].weight.detach().clone())
    return step, *results


def train(net: nn.Module, optimizer: Any, scheduler: Any, x: Tensor) -> None:
    for _ in range(3):
        optimizer.zero_grad()
        net(x).square().sum().backward()
        optimizer.step()
        scheduler.step()


@exercise("read_write.save_checkpoint")
def test_training_can_be_repeated_from_a_checkpoint(observe):
    step, first, second = observe(
        lose_and_resume,
        torch.randn(3, 4),
        call="save_checkpoint(…, 3); train; load_checkpoint(…); train again",
    )

    expect_equal(step, 3, "load_checkpoint does not return the saved step.")
    expect_close(second, first, "Training from the checkpoint takes another course.")


class Unpicklable:
    """Raises when it is pickled."""

    def __init__(self, kind: type[BaseException]):
        self.kind = kind

    def __reduce__(self) -> tuple[Any, ...]:
        raise self.kind("this object cannot be pickled")


def save_then_fail(
    ex: Any, kind: type[BaseException]
) -> tuple[list[int], list[str], bool]:
    raised = False
    with TemporaryDirectory() as folder:
        path = Path(folder, "numbers.pt")
        ex.atomic_save([0], path)
        ex.atomic_save([1, 2], path)
        try:
            ex.atomic_save([3, Unpicklable(kind)], path)
        except kind:
            raised = True
        size = path.stat().st_size if path.is_file() else 0
        return torch.load(path) if size else [], os.listdir(folder), raised


@exercise("read_write.atomic_save")
def test_a_failing_save_leaves_the_old_file(observe):
    base = "KeyboardInterrupt is no Exception: use finally or except BaseException"
    for kind, cause in ((ValueError, None), (KeyboardInterrupt, base)):
        numbers, names, raised = observe(
            save_then_fail,
            kind,
            call=say(
                "atomic_save([1, 2], path); then torch.save raises {kind}",
                kind=kind.__name__,
            ),
        )

        expect_equal(numbers, [1, 2], "The file does not hold what was saved last.")
        expect_equal(names, ["numbers.pt"], "A temporary file is left.", cause=cause)
        expect_true(
            raised,
            "atomic_save does not raise on what torch.save raises.",
            expected=kind.__name__,
            got="no exception",
        )


# Two tensors: a is [1, 2] in float32, b is [[3], [4], [5]] in uint8.
HEADER = (
    b'{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},'
    b' "b": {"dtype": "U8", "shape": [3, 1], "data_offsets": [8, 11]}}'
)
DATA = b"\x00\x00\x80\x3f\x00\x00\x00\x40\x03\x04\x05"
FILE = len(HEADER).to_bytes(8, "little") + HEADER + DATA


def read_file(ex: Any, data: bytes) -> tuple[list[str], Tensor, Tensor]:
    with TemporaryDirectory() as folder:
        path = Path(folder, "file.safetensors")
        path.write_bytes(data)
        names = list(ex.read_header(path))
        return names, ex.read_tensor(path, "a"), ex.read_tensor(path, "b")


@exercise("read_write.read_header")
def test_a_small_file_is_read(observe):
    names, a, b = observe(read_file, FILE, call="read_header(path); read_tensor(…)")

    expect_equal(sorted(names), ["a", "b"], "read_header does not name the tensors.")
    expect_close(a, torch.tensor([1.0, 2.0]), "read_tensor gives another tensor a.")
    expect_equal(
        b,
        torch.tensor([[3], [4], [5]], dtype=torch.uint8),
        "read_tensor gives another tensor b.",
    )


@exercise("read_write.read_header")
def test_a_file_that_is_cut_off_is_refused(observe):
    raised = observe.error(
        read_file, FILE[:-1], call="read_header(path) of a file that lacks a byte"
    )

    expect_error(raised, ValueError, "read_header does not refuse a corrupt file.")


def write_file(ex: Any, tensors: dict[str, Tensor]) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, "file.safetensors")
        ex.write_tensors(path, tensors)
        return path.read_bytes()


def write_twice(ex: Any, tensor: Tensor) -> bytes:
    return write_file(ex, {"a": tensor, "b": tensor})


@exercise("read_write.write_tensors")
def test_a_small_file_is_written(observe):
    data = observe(
        write_file,
        {
            "b": torch.tensor([[3], [4], [5]], dtype=torch.uint8),
            "a": torch.tensor([1.0, 2.0]),
        },
        call="write_tensors(path, {b: uint8 (3, 1), a: float32 (2,)})",
    )

    expect_equal(
        data[-len(DATA) :], DATA, "The file does not end in the bytes of a, then b."
    )
    expect_equal(
        int.from_bytes(data[:8], "little"),
        len(data) - 8 - len(DATA),
        "The file does not begin with the length of its header.",
    )


@exercise("read_write.write_tensors")
def test_tied_tensors_are_not_written(observe):
    raised = observe.error(
        write_twice, torch.ones(2), call="write_tensors(path, {a: t, b: t})"
    )

    expect_error(raised, ValueError, "write_tensors takes one tensor twice.")


def migrate(
    ex: Any, state: dict[str, Tensor], rules: list[tuple[str, str]]
) -> dict[str, Tensor]:
    return ex.migrate_keys(state, rules)


@exercise("read_write.migrate_keys")
def test_names_are_migrated(observe):
    names = "module.enc.enc.bias", "module.encode", "submodule.bias"
    new = "encoder.enc.bias", "encode", "submodule.bias"
    tensors = torch.ones(2), torch.zeros(1), torch.zeros(3)

    migrated = observe(
        migrate,
        dict(zip(names, tensors, strict=True)),
        [("enc", "encoder")],
        call=say('migrate_keys of {names}, [("enc", "encoder")]', names=names),
    )

    expect_equal(
        migrated,
        dict(zip(new, tensors, strict=True)),
        "migrate_keys does not rename as the rules say.",
        slips={
            "a rule applies to the beginning of a name only": (
                lambda got: "encoder.encoder.bias" in got
            ),
            "str.replace finds its text anywhere, in submodule. too": (
                lambda got: "subbias" in got
            ),
            "a rule matches up to a dot: enc is no beginning of encode": (
                lambda got: "encoderode" in got
            ),
        },
    )


@exercise("read_write.migrate_keys")
def test_names_that_collide_are_refused(observe):
    raised = observe.error(
        migrate,
        {"module.a": torch.ones(1), "a": torch.zeros(1)},
        [],
        call="migrate_keys({module.a, a}, [])",
    )

    expect_error(
        raised, ValueError, "migrate_keys lets two names become one.", mentions="a"
    )


def load_run(ex: Any) -> dict[str, Tensor | int]:
    with TemporaryDirectory() as folder:
        path = Path(folder, "run.pt")
        torch.save({"step": 3, "weight": torch.arange(3.0)}, path)
        # As if it had been saved on another machine's GPU.
        output = io.BytesIO()
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(output, "w") as new:
            for name in old.namelist():
                content = old.read(name)
                new.writestr(
                    name, content.replace(b"\x03\0\0\0cpu", b"\x06\0\0\0cuda:3")
                )
        path.write_bytes(output.getvalue())
        return ex.load_on_cpu(path)


@exercise("read_write.load_on_cpu")
def test_a_file_from_a_gpu_is_loaded(observe):
    loaded = observe(load_run, call="load_on_cpu(path) of a file from cuda:3")

    expect_equal(
        loaded,
        {"step": 3, "weight": torch.arange(3.0)},
        "load_on_cpu does not give what was saved.",
    )


def shard_and_load(
    ex: Any, state: dict[str, Tensor]
) -> tuple[list[str], dict[str, Tensor]]:
    with TemporaryDirectory() as folder:
        ex.shard(state, folder, 12)
        index = json.loads(Path(folder, "index.json").read_text())
        return list(index["weight_map"].values()), ex.load_sharded(folder)


@exercise("read_write.shard")
def test_a_state_is_sharded_and_loaded(observe):
    state = {"a": torch.ones(3), "b": torch.zeros(2), "c": torch.ones(1)}

    files, loaded = observe(
        shard_and_load, state, call="shard({a: 12, b: 8, c: 4 bytes}, folder, 12)"
    )

    expect_equal(
        [files.index(file) for file in files],
        [0, 1, 1],
        "b and c do not lie in one shard, and a in another.",
    )
    expect_equal(loaded, state, "load_sharded does not give the state back.")


def average(ex: Any, states: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    with TemporaryDirectory() as folder:
        paths = [Path(folder, f"{i}.pt") for i in range(len(states))]
        for path, state in zip(paths, states, strict=True):
            torch.save(state, path)
        return ex.average_checkpoints(paths)


@exercise("read_write.average_checkpoints")
def test_three_checkpoints_are_averaged(observe):
    states = [
        {"weight": torch.tensor([x, 2.0]), "steps": torch.tensor(i)}
        for i, x in enumerate([1.0, 2.0, 6.0])
    ]

    mean = observe(
        average, states, call="average_checkpoints of [1, 2], [2, 2], [6, 2]"
    )

    expect_equal(
        mean,
        {"weight": torch.tensor([3.0, 2.0]), "steps": torch.tensor(2)},
        "average_checkpoints does not give the mean, with steps of the last file.",
    )
