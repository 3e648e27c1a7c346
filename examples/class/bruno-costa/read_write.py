"""File I/O: keep tensors, networks and whole training runs in files.

Read along: https://d2l.ai/chapter_builders-guide/read-write.html
"""

import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

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
