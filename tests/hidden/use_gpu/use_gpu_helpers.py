"""Devices to run on, what torch says of GPUs, and what nested batches hold."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
import torch
from torch import Tensor, nn

SIM = pytest.param("sim:0", marks=pytest.mark.sim)
CUDA = pytest.param("cuda:0", marks=pytest.mark.cuda)
on_device = pytest.mark.parametrize("device", [SIM, CUDA])
on_sim = pytest.mark.sim

DISTINCT = range(2, 12)  # sizes to draw from without repeats


class Scaled(nn.Module):
    """A loss with a parameter of its own."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        return nn.functional.mse_loss(self.scale * output, target)


Change = tuple[Any, str, Any]


@contextmanager
def changed(ex: Any, changes: list[Change]) -> Iterator[None]:
    """Replace attributes (owner, name, new), by every name the student gave them."""
    undo: list[Change] = []
    try:
        for owner, name, new in changes:
            if not hasattr(owner, name):  # another version of torch
                continue
            old = getattr(owner, name)
            places = [(owner, name)]
            places += [(ex, mine) for mine, value in vars(ex).items() if value is old]
            for place, spot in places:
                undo.append((place, spot, old))
                setattr(place, spot, new)
        yield
    finally:
        for place, spot, old in reversed(undo):
            setattr(place, spot, old)


def some_gpus(count: int, kind: str = "cuda") -> list[Change]:
    """Make torch say that it can use `count` GPUs, or accelerators of another kind."""
    own = count if kind == "cuda" else 0
    first = torch.device(kind) if count else None
    return [
        (torch.cuda, "device_count", lambda: own),
        (torch.cuda, "is_available", lambda: own > 0),
        (torch.cuda, "init", lambda: None),
        (torch.cuda, "is_initialized", lambda: own > 0),
        (torch.accelerator, "device_count", lambda: count),
        (torch.accelerator, "is_available", lambda: count > 0),
        (torch.accelerator, "current_accelerator", lambda *_, **__: first),
    ]


def leaves_of(batch: Any) -> list[Any]:
    """Return the parts of a nested batch that are no containers, in order."""
    if isinstance(batch, dict):
        return [leaf for value in batch.values() for leaf in leaves_of(value)]
    if isinstance(batch, (list, tuple)):
        return [leaf for value in batch for leaf in leaves_of(value)]
    return leaves_of(parts_of(batch)) if is_dataclass(batch) else [batch]


def parts_of(batch: Any) -> dict[str, Any]:
    """Return what an instance of a dataclass holds; nothing of a class."""
    parts = {} if isinstance(batch, type) else fields(batch)
    return {part.name: getattr(batch, part.name) for part in parts}


def outline(batch: Any) -> str:
    """Return the classes, keys, dtypes and shapes of a nested batch."""
    if isinstance(batch, Tensor):
        kind = str(batch.dtype).removeprefix("torch.")
        return f"{kind}{list(batch.shape)}"
    name = type(batch).__name__
    if isinstance(batch, dict):  # a subclass may become a dict
        return f"dict({', '.join(f'{k}={outline(v)}' for k, v in batch.items())})"
    if isinstance(batch, (list, tuple)):
        return f"{name}({', '.join(map(outline, batch))})"
    if is_dataclass(batch):
        return f"{name} of {outline(parts_of(batch))}"
    return repr(batch) if isinstance(batch, (str, int, float, type(None))) else name


def tensors_of(batch: Any) -> list[Tensor]:
    return [leaf for leaf in leaves_of(batch) if isinstance(leaf, Tensor)]


def places_of(batch: Any) -> list[str]:
    return [str(t.device) for t in tensors_of(batch)]


Batches = list[tuple[Tensor, Tensor]]


class Machine:
    """What has several GPUs, one of which is the current one."""

    current = 0

    def index_of(self, device: Any) -> int:
        """Return the number of the GPU that is meant; None is the current one."""
        if isinstance(device, int):
            return device
        index = None if device is None else torch.device(device).index
        return self.current if index is None else index

    @contextmanager
    def at(self, device: Any) -> Iterator[None]:
        """Do what `torch.cuda.device` does."""
        before, self.current = self.current, self.index_of(device)
        try:
            yield
        finally:
            self.current = before


def run_outside(net: nn.Module, x: Tensor) -> tuple[Tensor, list[Tensor], Tensor]:
    net, x = copy.deepcopy(net), x.clone().requires_grad_()
    y = net(x)
    (y * torch.arange(1.0, 1 + y.numel()).reshape(y.shape)).sum().backward()
    return y.detach(), [p.grad for p in net.parameters()], x.grad
