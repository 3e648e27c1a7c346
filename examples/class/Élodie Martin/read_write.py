"""File I/O: keep tensors, networks and whole training runs in files.

Read along: https://d2l.ai/chapter_builders-guide/read-write.html
"""

import io
import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import torch
from torch import Tensor, nn

from grader import NotStarted

FilePath = str | os.PathLike[str]
Tensors = Tensor | list[Tensor] | dict[str, Tensor]


def save_tensors(obj: Tensors, path: FilePath) -> None:
    """Write a tensor, a list of tensors or a dict of tensors to a file.

    `torch.load(path, weights_only=True)` reads it. The file takes the bytes of the
    tensors' own entries and at most 4 KiB more for each tensor: a view of a large
    tensor is saved without the rest of it. `obj` stays as it is.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save_tensors(torch.zeros(1000, 1000)[0], f"{folder}/row.pt")
        ...     os.path.getsize(f"{folder}/row.pt") < 4 * 1000 + 4096
        True
    """
    raise NotStarted


def load_tensors(path: FilePath) -> Tensors:
    """Return what `save_tensors`, or `torch.save`, wrote to a file.

    A tensor, a list or a dict of tensors, as it was saved: the keys in their order,
    shapes, dtypes and values bit for bit, NaN included.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save_tensors([torch.ones(2), torch.arange(3)], f"{folder}/list.pt")
        ...     load_tensors(f"{folder}/list.pt")
        [tensor([1., 1.]), tensor([0, 1, 2])]
    """
    raise NotStarted


def save_parameters(net: nn.Module, path: FilePath) -> None:
    """Write a network's parameters and buffers, but not its code, to a file.

    `torch.load(path, weights_only=True)` reads it and gives the names and values of
    `net.state_dict()`.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save_parameters(nn.Linear(4, 2), f"{folder}/net.pt")
        ...     list(torch.load(f"{folder}/net.pt", weights_only=True))
        ['weight', 'bias']
    """
    raise NotStarted


def load_parameters(net: nn.Module, path: FilePath) -> None:
    """Give a network the parameters and buffers of a file.

    The file is one that `save_parameters` writes. The values are copied into the
    parameters that `net` has, so that an optimizer made before goes on training them.

    Raises:
        ValueError: a name is missing in the file or in the network, or a shape differs.
            Then every parameter and buffer of `net` is bit for bit as it was.

    Example:
        >>> import tempfile
        >>> trained, net = nn.Linear(4, 2), nn.Linear(4, 2)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save_parameters(trained, f"{folder}/net.pt")
        ...     load_parameters(net, f"{folder}/net.pt")
        >>> torch.equal(net.weight, trained.weight)
        True
    """
    raise NotStarted


def reuse_layers(
    source: nn.Module, target: nn.Module, names: Sequence[str]
) -> list[str]:
    """Copy some layers of a trained network into another one, and return their names.

    A name is the path of a module in both networks, such as `"0"` or `"body.1"`; all
    parameters and buffers below it are copied by value. So later training of one
    network does not change the other, and an optimizer made for `target` goes on
    training it. Everything else in `target` stays as it is, and so does `source`.

    Raises:
        ValueError: a module of that name is missing in one of the networks, or the two
            differ in a shape or in what they hold. The message has the name, and
            nothing is copied, no layer that comes before it either.

    Example:
        >>> source = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
        >>> target = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 9))
        >>> reuse_layers(source, target, ["0"])
        ['0']
        >>> torch.equal(target[0].weight, source[0].weight)
        True
    """
    raise NotStarted


ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}


@dataclass(frozen=True)
class MLPConfig:
    """The widths and the activation of a multilayer perceptron."""

    in_features: int
    hidden: tuple[int, ...]
    out_features: int
    activation: str


def build_mlp(config: MLPConfig) -> nn.Sequential:
    """Return a new network with its description in `net.config`.

    Raises:
        ValueError: the activation is unknown.
    """
    if config.activation not in ACTIVATIONS:
        raise ValueError(f"unknown activation {config.activation!r}")
    widths = [config.in_features, *config.hidden]
    net = nn.Sequential()
    for width, following in zip(widths, config.hidden, strict=False):
        net.append(nn.Linear(width, following))
        net.append(ACTIVATIONS[config.activation]())
    net.append(nn.Linear(widths[-1], config.out_features))
    net.config = config
    return net


def save_model(net: nn.Module, path: FilePath) -> None:
    """Write a network of `build_mlp` to a file that tells how to build it again.

    `torch.load(path, weights_only=True)` reads it, in a process too that has never
    imported this module, and gives a dict with two entries: `"config"`, the dict
    `dataclasses.asdict(net.config)`, and `"state"`, the network's state dict.

    Example:
        >>> import tempfile
        >>> net = build_mlp(MLPConfig(4, (8,), 2, "tanh"))
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save_model(net, f"{folder}/net.pt")
        ...     torch.load(f"{folder}/net.pt", weights_only=True)["config"]
        {'in_features': 4, 'hidden': (8,), 'out_features': 2, 'activation': 'tanh'}
    """
    raise NotStarted


def load_model(path: FilePath) -> nn.Module:
    """Return the network that `save_model` wrote: built by `build_mlp`, then filled.

    Its `config` equals the saved one, an `MLPConfig`, and it gives the same outputs.

    Raises:
        ValueError: the config lacks a field, has an unknown one or an unknown
            activation, or the state does not fit the network that it describes.

    Example:
        >>> import tempfile
        >>> net = build_mlp(MLPConfig(4, (8,), 2, "tanh"))
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save_model(net, f"{folder}/net.pt")
        ...     load_model(f"{folder}/net.pt").config == net.config
        True
    """
    raise NotStarted


def load_untrusted(path: FilePath) -> dict[str, Tensor]:
    """Return the dict of tensors in a file of unknown origin, and nothing else.

    Whatever is in the file, no code in it runs.

    Raises:
        ValueError: the file is empty, cut off or of another format, asks to run code,
            or holds anything but a dict whose keys are str and whose values are
            tensors.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     torch.save({"a": torch.ones(2)}, f"{folder}/a.pt")
        ...     load_untrusted(f"{folder}/a.pt")
        {'a': tensor([1., 1.])}
    """
    raise NotStarted


def save_checkpoint(
    path: FilePath,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    scheduler: torch.optim.lr_scheduler.LRScheduler,
    step: int,
) -> None:
    """Write all that a training run on the CPU needs to go on after a break.

    The state of model, optimizer and scheduler, the number of steps done, and the state
    of torch's random numbers. `torch.load(path, weights_only=True)` reads the file.

    Example:
        >>> import tempfile
        >>> net = nn.Linear(4, 2)
        >>> sgd = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
        >>> schedule = torch.optim.lr_scheduler.StepLR(sgd, step_size=10)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save_checkpoint(f"{folder}/run.pt", net, sgd, schedule, 7)
        ...     load_checkpoint(f"{folder}/run.pt", net, sgd, schedule)
        7
    """
    raise NotStarted


def load_checkpoint(
    path: FilePath,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    scheduler: torch.optim.lr_scheduler.LRScheduler,
) -> int:
    """Put a training run back to where `save_checkpoint` was, and return its step.

    Model, optimizer and scheduler are of the same kinds and sizes as the saved ones;
    their values may differ. From here on, training takes the course it would have taken
    without the break: the same parameters, learning rates and random numbers.

    Each parameter gets its own optimizer state back, by its name in `model`, even when
    the optimizer lists the parameters of a group in another order than the saved one.

    Raises:
        ValueError: a group of the optimizer does not have the parameters that it had,
            by name.

    Example:
        >>> import tempfile
        >>> net = nn.Linear(4, 2)
        >>> sgd = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
        >>> schedule = torch.optim.lr_scheduler.StepLR(sgd, step_size=10)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save_checkpoint(f"{folder}/run.pt", net, sgd, schedule, 7)
        ...     expected = torch.rand(3)
        ...     step = load_checkpoint(f"{folder}/run.pt", net, sgd, schedule)
        >>> torch.equal(torch.rand(3), expected)
        True
    """
    raise NotStarted


def atomic_save(obj: object, path: FilePath) -> None:
    """Save with `torch.save` so that a crash at any moment leaves a whole file.

    Until the new file is complete and its bytes are forced to the disk (`os.fsync`), it
    is a temporary file below the folder of `path`; then `os.replace` puts it in the old
    one's place in one step. If anything is raised on the way, `KeyboardInterrupt` too,
    it is raised on, the old file is as it was and no temporary file is left. Only the
    death of the process may leave one.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     atomic_save([1, 2], f"{folder}/numbers.pt")
        ...     torch.load(f"{folder}/numbers.pt"), os.listdir(folder)
        ([1, 2], ['numbers.pt'])
    """
    raise NotStarted


DTYPES = {
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


def read_header(path: FilePath) -> dict[str, dict[str, Any]]:
    """Return what a safetensors file says about its tensors, by name.

    Such a file is, one behind the other: the header's length in bytes, as an unsigned
    little-endian integer of 8 bytes; the header, a JSON object in UTF-8, perhaps with
    spaces at its end; the data. The header maps each name to an entry like
    `{"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}`, with a dtype of
    `DTYPES` and offsets (begin, end) that count from the start of the data. It may also
    map `"__metadata__"` to remarks, which are left out here.

    Of the file, only length and header are read, not the data.

    Raises:
        ValueError: the file is shorter than its length or header says, the header is no
            JSON object, an entry lacks a field or has a wrong one, its offsets do not
            span what shape and dtype need, or the entries do not cover the data from
            its start to the end of the file, without gap or overlap.

    Source: https://huggingface.co/docs/safetensors

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_tensors(f"{folder}/a.safetensors", {"a": torch.ones(2)})
        ...     read_header(f"{folder}/a.safetensors")
        {'a': {'dtype': 'F32', 'shape': [2], 'data_offsets': [0, 8]}}
    """
    raise NotStarted


def read_tensor(path: FilePath, name: str) -> Tensor:
    """Return one tensor of a safetensors file, whose format `read_header` tells.

    It has the dtype, the shape and the bits of the file and memory of its own, so it
    can be changed. The length, the header and this tensor's bytes are read, no others.

    Raises:
        ValueError: as `read_header` does.
        KeyError: there is no tensor of that name.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_tensors(f"{folder}/a.safetensors", {"a": torch.ones(2)})
        ...     read_tensor(f"{folder}/a.safetensors", "a")
        tensor([1., 1.])
    """
    raise NotStarted


def write_tensors(path: FilePath, tensors: Mapping[str, Tensor]) -> None:
    """Write tensors to a safetensors file, whose format `read_header` tells.

    Any layout in memory will do; the file has the entries in row-major order. Spaces at
    the header's end let the data start at a multiple of 8 bytes in the file, and the
    tensors with the largest items lie first, so that each tensor starts at a multiple
    of its item size. There are no gaps between them, and the header has nothing but
    their entries.

    Raises:
        ValueError: two of the tensors lie in one storage, as tied weights do, or a
            dtype is not in `DTYPES`. Then nothing is written. Empty tensors share
            nothing.

    Source: https://huggingface.co/docs/safetensors

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_tensors(f"{folder}/a.safetensors", {"a": torch.ones(2)})
        ...     read_tensor(f"{folder}/a.safetensors", "a")
        tensor([1., 1.])
    """
    raise NotStarted


def migrate_keys(
    state: Mapping[str, Tensor], rules: Sequence[tuple[str, str]]
) -> dict[str, Tensor]:
    """Return a state dict under other names, with the same tensors in the same order.

    First, `module.` and `_orig_mod.` are taken off the front of each name, as often as
    they stand there. Then the first rule (old, new) whose `old` is the name itself, or
    its beginning up to a dot, puts `new` in place of `old`. No other rule is applied to
    that name. `state` is not changed.

    Raises:
        ValueError: two names become the same; the message has the name they become.

    Example:
        >>> state = {"module.enc.weight": torch.ones(2), "module.encode": torch.ones(1)}
        >>> list(migrate_keys(state, [("enc", "encoder")]))
        ['encoder.weight', 'encode']
    """
    raise NotStarted


def load_on_cpu(path: FilePath) -> Any:
    """Return what `torch.save` wrote on any device, with all tensors on the CPU.

    The file has tensors and plain data, in dicts, lists and tuples. It may come from a
    machine with devices that this one does not have, such as `cuda:3` or `mps`.
    Containers, plain data, dtypes, shapes and bits are as they were saved.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     torch.save({"step": 3, "weight": torch.ones(2)}, f"{folder}/run.pt")
        ...     load_on_cpu(f"{folder}/run.pt")
        {'step': 3, 'weight': tensor([1., 1.])}
    """
    raise NotStarted


def shard(state: Mapping[str, Tensor], folder: FilePath, max_bytes: int) -> None:
    """Write a state dict to several files of limited size, and an index of them.

    The tensors fill one shard after the other, in their order; a new one starts when
    the next tensor does not fit any more, and only then. The tensors of a shard take
    at most `max_bytes` together; one that takes more has a shard of its own.

    Tied entries (the same memory, shape and strides) count once, are stored once and
    stand in the shard of the first of them. No two other entries share memory.

    A shard is a dict of tensors that `torch.load(file, weights_only=True)` reads. The
    file `index.json` is an object with one entry, `"weight_map"`, an object from each
    name, in the order of `state`, to the name of its shard's file in the folder. The
    folder exists; other files in it are left as they are or overwritten.

    Example:
        >>> import tempfile
        >>> state = {"a": torch.ones(3), "b": torch.ones(2), "c": torch.ones(1)}
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     shard(state, folder, max_bytes=12)
        ...     index = json.loads(Path(folder, "index.json").read_text())
        >>> files = index["weight_map"]
        >>> files["a"] != files["b"], files["b"] == files["c"]
        (True, True)
    """
    raise NotStarted


def load_sharded(folder: FilePath) -> dict[str, Tensor]:
    """Return the state dict that `shard` wrote to a folder.

    Its names are in the order of the index, with the bits that were saved; tied entries
    share their memory again. Files that the index does not name play no part.

    Raises:
        FileNotFoundError: a shard is missing; the message has its file's name.
        ValueError: a shard lacks a tensor that the index promises; the message has the
            tensor's name.

    Example:
        >>> import tempfile
        >>> state = {"a": torch.ones(3), "b": torch.ones(2)}
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     shard(state, folder, max_bytes=12)
        ...     load_sharded(folder)
        {'a': tensor([1., 1., 1.]), 'b': tensor([1., 1.])}
    """
    raise NotStarted


def average_checkpoints(paths: Sequence[FilePath]) -> dict[str, Tensor]:
    """Return the mean of several saved state dicts, in the order of the first one.

    Floating tensors are averaged in float64, then cast back to their own dtype; all
    others, such as counters and masks, come from the last file. Each file is a state
    dict that `torch.save` wrote, its tensors real.

    Raises:
        ValueError: there is no path, or names, shapes or dtypes differ between files.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for i in (1, 2):
        ...         state = {"w": torch.full((2,), float(i)), "steps": torch.tensor(i)}
        ...         torch.save(state, f"{folder}/{i}.pt")
        ...     average_checkpoints([f"{folder}/1.pt", f"{folder}/2.pt"])
        {'w': tensor([1.5000, 1.5000]), 'steps': tensor(2)}
    """
    raise NotStarted
