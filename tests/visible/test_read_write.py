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


def save_and_load(ex: Any, obj: Any) -> list[Tensor] | dict[str, Tensor]:
    with TemporaryDirectory() as folder:
        path = Path(folder, "tensors.pt")
        ex.save_tensors(obj, path)
        return ex.load_tensors(path)


def size_of_row(ex: Any) -> int:
    with TemporaryDirectory() as folder:
        path = Path(folder, "row.pt")
        ex.save_tensors(torch.zeros(500, 500)[3], path)
        return path.stat().st_size


@exercise("read_write.save_tensors")
def test_tensors_come_back_as_they_were(observe):
    tensors = {"weight": torch.randn(2, 3).half(), "count": torch.tensor(7)}

    loaded = observe(
        save_and_load, tensors, call="save_tensors(a dict, path); load_tensors(path)"
    )

    expect_equal(loaded, tensors, "load_tensors does not give the dict that was saved.")


@exercise("read_write.save_tensors")
def test_a_row_is_saved_without_the_rest(observe):
    size = observe(size_of_row, call="save_tensors(torch.zeros(500, 500)[3], path)")

    expect_true(
        size <= 500 * 4 + 4096,
        "The file of a view holds more than the view.",
        expected=say("at most {value} bytes", value=500 * 4 + 4096),
        got=say("{size} bytes", size=size),
        cause="torch.save writes the whole storage behind a view: clone() it first",
    )


def move_parameters(ex: Any, trained: nn.Module, net: nn.Module, x: Tensor) -> Tensor:
    with TemporaryDirectory() as folder:
        path = Path(folder, "net.pt")
        ex.save_parameters(trained, path)
        ex.load_parameters(net, path)
    return net(x)


@exercise("read_write.save_parameters")
def test_parameters_move_to_another_network(observe):
    trained, net = nn.Linear(4, 2), nn.Linear(4, 2)
    x = torch.randn(3, 4)

    y = observe(
        move_parameters,
        trained,
        net,
        x,
        call="save_parameters(trained, path); load_parameters(net, path); net(x)",
    )

    expect_close(y, trained(x), "net does not compute what trained does.")


@exercise("read_write.save_parameters")
def test_a_file_that_does_not_fit_is_refused(observe):
    raised = observe.error(
        move_parameters,
        nn.Linear(4, 3),
        nn.Linear(4, 2),
        torch.zeros(1, 4),
        call="load_parameters(nn.Linear(4, 2), path) of an nn.Linear(4, 3)",
    )

    expect_error(raised, ValueError, "load_parameters does not refuse other shapes.")


def reuse(
    ex: Any, source: nn.Module, target: nn.Module, names: list[str]
) -> tuple[list[str], dict[str, Tensor]]:
    return ex.reuse_layers(source, target, names), target.state_dict()


@exercise("read_write.reuse_layers")
def test_the_first_layer_is_reused(observe):
    source = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    target = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 9))

    names, state = observe(
        reuse, source, target, ["0"], call='reuse_layers(source, target, ["0"])'
    )

    expected = {
        **target.state_dict(),
        "0.weight": source[0].weight,
        "0.bias": source[0].bias,
    }
    expect_equal(
        state, expected, "reuse_layers does not copy layer 0 and nothing else."
    )
    expect_equal(names, ["0"], "reuse_layers does not return the names.")


@exercise("read_write.reuse_layers")
def test_a_layer_of_another_width_is_not_reused(observe):
    raised = observe.error(
        reuse,
        nn.Sequential(nn.Linear(4, 3)),
        nn.Sequential(nn.Linear(4, 9)),
        ["0"],
        call='reuse_layers(…, ["0"]) of a Linear(4, 3) and a Linear(4, 9)',
    )

    expect_error(
        raised,
        ValueError,
        "reuse_layers takes a layer that does not fit.",
        mentions="0",
    )


def rebuild(ex: Any, x: Tensor) -> tuple[Tensor, Tensor, bool]:
    net = ex.build_mlp(ex.MLPConfig(4, (8, 5), 2, "tanh"))
    with TemporaryDirectory() as folder:
        path = Path(folder, "model.pt")
        ex.save_model(net, path)
        loaded = ex.load_model(path)
    return net(x), loaded(x), loaded.config == net.config


def load_swash(ex: Any) -> None:
    config = {
        "in_features": 4,
        "hidden": (),
        "out_features": 2,
        "activation": "swash",
    }
    with TemporaryDirectory() as folder:
        path = Path(folder, "model.pt")
        torch.save({"config": config, "state": nn.Linear(4, 2).state_dict()}, path)
        ex.load_model(path)


@exercise("read_write.save_model")
def test_a_model_is_rebuilt_from_its_file(observe):
    before, after, same_config = observe(
        rebuild,
        torch.randn(3, 4),
        call='save_model(build_mlp(MLPConfig(4, (8, 5), 2, "tanh")), path); '
        "load_model(path)",
    )

    expect_close(after, before, "The loaded network computes something else.")
    expect_true(
        same_config,
        "The loaded network's config is not the saved one.",
        expected="an equal MLPConfig",
        got="another one",
    )


@exercise("read_write.save_model")
def test_a_model_with_an_unknown_activation_is_refused(observe):
    raised = observe.error(
        load_swash, call='load_model(path) with the activation "swash"'
    )

    expect_error(raised, ValueError, "load_model takes an unknown activation.")


class Payload:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder: str):
        self.folder = folder

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (self.folder,)


def load_payload(ex: Any) -> None:
    with TemporaryDirectory() as folder:
        torch.save({"a": Payload(f"{folder}/made")}, f"{folder}/stranger.pt")
        ex.load_untrusted(f"{folder}/stranger.pt")


def load_dict(ex: Any, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    with TemporaryDirectory() as folder:
        torch.save(tensors, f"{folder}/stranger.pt")
        return ex.load_untrusted(f"{folder}/stranger.pt")


@exercise("read_write.load_untrusted")
def test_tensors_of_a_stranger_are_loaded(observe):
    tensors = {"weight": torch.randn(2, 3)}

    loaded = observe(load_dict, tensors, call="load_untrusted(path)")

    expect_equal(loaded, tensors, "load_untrusted does not give the file's tensors.")


@exercise("read_write.load_untrusted")
def test_code_of_a_stranger_is_refused(observe):
    raised = observe.error(
        load_payload, call="load_untrusted(path) of a file that asks to run code"
    )

    expect_error(
        raised,
        ValueError,
        "load_untrusted does not refuse a file that asks to run code.",
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

    def __reduce__(self) -> tuple[Any, ...]:
        raise ValueError("this object cannot be pickled")


def save_then_fail(ex: Any) -> tuple[list[int], list[str], bool]:
    raised = False
    with TemporaryDirectory() as folder:
        path = Path(folder, "numbers.pt")
        ex.atomic_save([0], path)
        ex.atomic_save([1, 2], path)
        try:
            ex.atomic_save([3, Unpicklable()], path)
        except ValueError:
            raised = True
        size = path.stat().st_size if path.is_file() else 0
        return torch.load(path) if size else [], os.listdir(folder), raised


@exercise("read_write.atomic_save")
def test_a_failing_save_leaves_the_old_file(observe):
    numbers, names, raised = observe(
        save_then_fail, call="atomic_save([1, 2], path); atomic_save(unpicklable, path)"
    )

    expect_equal(numbers, [1, 2], "The file does not hold what was saved last.")
    expect_equal(names, ["numbers.pt"], "A temporary file is left.")
    expect_true(
        raised,
        "atomic_save does not raise on what torch.save raises.",
        expected="ValueError",
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
    state = {"module.enc.weight": torch.ones(2), "module.encode": torch.zeros(1)}

    migrated = observe(
        migrate,
        state,
        [("enc", "encoder")],
        call='migrate_keys({module.enc.weight, module.encode}, [("enc", "encoder")])',
    )

    expect_equal(
        migrated,
        {"encoder.weight": torch.ones(2), "encode": torch.zeros(1)},
        "migrate_keys does not rename as the rules say.",
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
