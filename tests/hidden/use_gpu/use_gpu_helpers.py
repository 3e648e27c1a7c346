"""Devices to run on, meters of copies and waits, and GPUs that are made up."""

import copy
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
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
    if type(batch).__name__ == "Sample":
        return [*leaves_of(batch.image), *leaves_of(batch.label)]
    return [batch]


def outline(batch: Any) -> str:
    """Return the classes, keys, dtypes and shapes of a nested batch."""
    if isinstance(batch, Tensor):
        kind = str(batch.dtype).removeprefix("torch.")
        return f"{kind}{list(batch.shape)}"
    name = type(batch).__name__
    if isinstance(batch, dict):
        return f"{name}({', '.join(f'{k}={outline(v)}' for k, v in batch.items())})"
    if isinstance(batch, (list, tuple)):
        return f"{name}({', '.join(map(outline, batch))})"
    if name == "Sample":
        return f"{name}({outline(batch.image)}, {outline(batch.label)})"
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


class OnGpu(Tensor):
    """A tensor of the CPU that says it is on a GPU; so does what is made of it."""

    index = 0

    @property
    def device(self) -> torch.device:
        return torch.device("cuda", self.index)

    @property
    def is_cuda(self) -> bool:
        return True

    @property
    def is_cpu(self) -> bool:
        return False


class OnSecondGpu(OnGpu):
    """The same on the second GPU."""

    index = 1


def put_on_gpu(tensor: Tensor, index: int = 0) -> Tensor:
    return tensor.detach().as_subclass((OnGpu, OnSecondGpu)[index])


def bring_back(tensor: Tensor) -> Tensor:
    """Return the values that a tensor of a made-up GPU holds right now."""
    with torch._C.DisableTorchFunctionSubclass():
        return tensor.detach().as_subclass(Tensor).clone()


class Lane:
    """A stream whose copies are done only when something waits for them."""

    def __init__(self, card: "Card", index: int) -> None:
        self.card, self.index = card, index
        self.device = torch.device("cuda", index)
        self.todo: list[Callable[[], Any]] = []
        self.done = 0

    def finish(self, upto: int | None = None) -> None:
        """Do what was asked for so far, or before an event."""
        upto = len(self.todo) if upto is None else upto
        for work in self.todo[self.done : upto]:
            work()
        self.done = max(self.done, upto)

    def synchronize(self) -> None:
        self.finish()

    def wait_stream(self, other: "Lane") -> None:
        other.finish()
        self.card.waits.append((self, other))

    def record_event(self, event: Any = None) -> Any:
        event = event or Mark(self.card)
        event.record(self)
        return event

    def wait_event(self, event: "Mark") -> None:
        event.wait(self)

    def query(self) -> bool:
        return self.done == len(self.todo)


class Mark:
    """An event in a `Lane`."""

    def __init__(self, card: "Card") -> None:
        self.card = card
        self.lane: Lane | None = None
        self.upto = 0

    def record(self, lane: Lane | None = None) -> None:
        self.lane = lane or self.card.lane()
        self.upto = len(self.lane.todo)

    def synchronize(self) -> None:
        if self.lane is not None:
            self.lane.finish(self.upto)

    def wait(self, lane: Lane | None = None) -> None:
        self.synchronize()
        self.card.waits.append((lane or self.card.lane(), self.lane))

    def query(self) -> bool:
        return self.lane is None or self.lane.done >= self.upto


class Tape(TorchDispatchMode):
    """Remembers operators, to do them again with the same tensors."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[Any] = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        self.steps.append((func, args, kwargs or {}, out))
        return out

    @torch.inference_mode()
    def replay(self) -> None:
        for func, args, kwargs, out in self.steps:
            again = func(*args, **kwargs)
            if isinstance(out, Tensor) and out is not again:
                out.copy_(again)

    def reset(self) -> None:
        self.steps.clear()


class Card:
    """Two made-up GPUs; each thread has its own current one, and current streams."""

    def __init__(self) -> None:
        self.own = threading.local()
        self.callers = [Lane(self, i) for i in range(2)]
        self.waits: list[Any] = []
        self.copies: list[tuple[Lane, bool]] = []
        self.capturing = False

    @property
    def current(self) -> int:
        return vars(self.own).setdefault("current", 0)

    @current.setter
    def current(self, index: int) -> None:
        self.own.current = index

    @property
    def lanes(self) -> list[Lane]:
        return vars(self.own).setdefault("lanes", list(self.callers))

    def index_of(self, device: Any) -> int:
        """Return the number of the GPU that is meant; None is the current one."""
        if isinstance(device, int):
            return device
        index = None if device is None else torch.device(device).index
        return self.current if index is None else index

    def lane(self, device: Any = None) -> Lane:
        """Return the current stream of a GPU."""
        return self.lanes[self.index_of(device)]

    @contextmanager
    def on(self, lane: Lane | None) -> Iterator[None]:
        """Do what `torch.cuda.stream` does."""
        if lane is None:
            yield
            return
        before = self.current, list(self.lanes)
        self.current, self.lanes[lane.index] = lane.index, lane
        try:
            yield
        finally:
            self.current, self.lanes[:] = before

    @contextmanager
    def record(self, tape: Tape, *_: Any, stream: Any = None, **__: Any):
        """Do what `torch.cuda.graph` does."""
        with self.on(stream or Lane(self, self.current)), tape:
            self.capturing = True
            try:
                yield
            finally:
                self.capturing = False

    def synchronize(self, device: Any = None) -> None:
        for lane in {id(lane): lane for lane, _ in self.copies}.values():
            if lane.index == self.index_of(device):
                lane.finish()

    def bring(self, tensor: Tensor, index: int, at_once: bool) -> Tensor:
        """Copy a tensor to a GPU; until then it is full of -1 there."""
        there = put_on_gpu(torch.full_like(tensor, -1), index)
        lane = self.lanes[index]
        waiting = getattr(tensor, "pinned", False) and not at_once
        self.copies.append((lane, waiting))
        there.made_on = lane
        lane.todo.append(lambda: there.copy_(tensor))
        if lane in self.callers or not waiting:
            lane.finish()
        return there

    def changes(self) -> list[Change]:
        """Return the changes that make this torch's GPUs."""
        plain_to = Tensor.to

        def to(tensor: Tensor, *args: Any, **kwargs: Any) -> Tensor:
            given = [*args, *kwargs.values()]
            names = [g for g in given if isinstance(g, (str, torch.device))]
            place = torch.device(names[0]) if names else tensor.device
            if place.type != "cuda" or isinstance(tensor, OnGpu):
                return tensor if tensor.is_cuda else plain_to(tensor, *args, **kwargs)
            asked = kwargs.get("non_blocking", any(a is True for a in args))
            return self.bring(tensor, self.index_of(place), not asked)

        def cuda(tensor: Tensor, device: Any = None, non_blocking: bool = False):
            place = torch.device("cuda", self.index_of(device))
            return to(tensor, place, non_blocking=non_blocking)

        def pin(tensor: Tensor, *_: Any) -> Tensor:
            pinned = tensor.clone()
            pinned.pinned = True
            return pinned

        def note_use(tensor: Tensor, lane: Lane) -> None:
            tensor.used_on = [*getattr(tensor, "used_on", []), lane]

        def new_lane(device: Any = None, *_: Any, **__: Any) -> Lane:
            return Lane(self, self.index_of(device))

        def set_lane(lane: Lane) -> None:
            self.current, self.lanes[lane.index] = lane.index, lane

        return [
            *some_gpus(2),
            (Tensor, "to", to),
            (Tensor, "cuda", cuda),
            (Tensor, "pin_memory", pin),
            (Tensor, "is_pinned", lambda t, *_: getattr(t, "pinned", False)),
            (Tensor, "record_stream", note_use),
            (torch.cuda, "Stream", new_lane),
            (torch.cuda, "stream", self.on),
            (torch.cuda, "StreamContext", self.on),
            (torch.cuda, "set_stream", set_lane),
            (torch.cuda, "current_stream", self.lane),
            (
                torch.cuda,
                "default_stream",
                lambda d=None: self.callers[self.index_of(d)],
            ),
            (torch.accelerator, "current_stream", self.lane),
            (torch.cuda, "Event", lambda *_, **__: Mark(self)),
            (torch.cuda, "CUDAGraph", lambda *_, **__: Tape()),
            (torch.cuda, "graph", self.record),
            (torch.cuda, "is_current_stream_capturing", lambda: self.capturing),
            (torch.cuda, "synchronize", self.synchronize),
            (torch.accelerator, "synchronize", self.synchronize),
            (torch.cuda, "empty_cache", lambda: None),
            (torch.cuda, "device", lambda device: on_gpu(self, device)),
            (torch.cuda, "current_device", lambda: self.current),
        ]


def is_beyond(error: Exception) -> bool:
    """Say whether an answer asks for something that the made-up GPUs do not have."""
    lacking = (
        "CUDA",
        "cuda",
        "accelerator",
        "dummy base",
        "'Lane'",
        "'Mark'",
        "'Tape'",
    )
    known = type(error).__name__ != "NotStarted"
    return known and any(word in str(error) for word in lacking)
