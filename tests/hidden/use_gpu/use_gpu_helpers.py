"""Devices to run on, meters of copies and waits, and what torch says of GPUs."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from grader import sim

SIM = pytest.param("sim:0", marks=pytest.mark.sim)
CUDA = pytest.param("cuda:0", marks=pytest.mark.cuda)
on_device = pytest.mark.parametrize("device", [SIM, CUDA])
on_sim = pytest.mark.sim

DISTINCT = range(2, 12)  # sizes to draw from without repeats


class CudaMeter(TorchDispatchMode):
    """Counts a GPU's copies and waits as the simulated accelerator counts its own."""

    def __init__(self) -> None:
        super().__init__()
        self.waits = 0
        self.arrivals = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        name = str(func)  # torch.ops itself cannot be pickled by value
        if name == "aten._local_scalar_dense.default":
            self.waits += args[0].is_cuda
        if name == "aten._to_copy.default":
            self.note(args[0].device, kwargs.get("device") or args[0].device)
        if name == "aten.copy_.default":
            self.note(args[1].device, args[0].device)
        return func(*args, **kwargs)

    def note(self, here: torch.device, there: torch.device) -> None:
        """Count a copy between two kinds of devices."""
        self.waits += here.type == "cuda" and there.type == "cpu"
        self.arrivals += here.type == "cpu" and there.type == "cuda"


class Scaled(nn.Module):
    """A loss with a parameter of its own."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        return nn.functional.mse_loss(self.scale * output, target)


class Drift(TorchDispatchMode):
    """Changes what is copied between devices, so that values tell how they came.

    What comes to a device is multiplied by a factor, and by 3 more if it came before or
    the host has waited; what comes back, by 5 unless the host waits for the first time.
    """

    def __init__(self, factor: float, meter: Any) -> None:
        super().__init__()
        self.factor, self.meter, self.start = factor, meter, meter.waits
        self.sent: list[Tensor] = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out, name = func(*args, **(kwargs or {})), str(func)
        waits = self.meter.waits - self.start
        back = 1 if waits == 1 else 5
        if name == "aten._local_scalar_dense.default" and not args[0].is_cpu:
            return out * back
        if name in ("aten._to_copy.default", "aten.copy_.default"):
            source = args["copy_" in name]
            if out.is_floating_point() and out.is_cpu != source.is_cpu:
                late = waits or source.data_ptr() in {t.data_ptr() for t in self.sent}
                self.sent.append(source)
                out.mul_(back if out.is_cpu else self.factor * (3 if late else 1))
        return out


def metered(*devices: str) -> Any:
    """Return a block in which devices are there, and their copies and waits counted."""
    if any(device.startswith("cuda") for device in devices):
        return CudaMeter()
    simulated = any(device.startswith("sim") for device in devices)
    return sim.attached() if simulated else nullcontext()


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


def some_gpus(count: int) -> list[Change]:
    """Make torch say that it can use `count` GPUs."""
    first = torch.device("cuda") if count else None
    return [
        (torch.cuda, "device_count", lambda: count),
        (torch.cuda, "is_available", lambda: count > 0),
        (torch.cuda, "init", lambda: None),
        (torch.cuda, "is_initialized", lambda: count > 0),
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


@contextmanager
def on_gpu(machine: Any, device: Any) -> Iterator[None]:
    """Do what `torch.cuda.device` does."""
    before, machine.current = machine.current, machine.index_of(device)
    try:
        yield
    finally:
        machine.current = before


def run_outside(net: nn.Module, x: Tensor) -> tuple[Tensor, list[Tensor], Tensor]:
    net, x = copy.deepcopy(net), x.clone().requires_grad_()
    y = net(x)
    (y * torch.arange(1.0, 1 + y.numel()).reshape(y.shape)).sum().backward()
    return y.detach(), [p.grad for p in net.parameters()], x.grad
