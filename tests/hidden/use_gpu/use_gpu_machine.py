"""A host and two GPUs that are made up: streams, events, graphs, and a clock.

Only work moves the clock, and a copy is done only when something waits for it.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from use_gpu_helpers import Change, Machine, some_gpus

LAUNCH = 0.001  # seconds that the made-up host needs to start work on a GPU
MAKERS = "empty", "zeros", "ones", "full", "empty_like", "zeros_like", "full_like"
plain_copy = Tensor.copy_


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


def write(there: Tensor, tensor: Tensor) -> None:
    """Copy values to a tensor of a made-up GPU at once."""
    with torch._C.DisableTorchFunctionSubclass():
        plain_copy(there, tensor)


class Lane:
    """A stream whose copies are done only when something waits for them."""

    card: "Card"

    def __init__(self, device: Any = None, *_: Any, **__: Any) -> None:
        self.index = self.card.index_of(device)
        self.device = torch.device("cuda", self.index)
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
        self.card.now = max(self.card.now, self.card.ready[self.index])

    def wait_stream(self, other: "Lane") -> None:
        self.wait_event(other.record_event())

    def wait_event(self, event: "Mark") -> None:
        """Let what comes later here wait; who reads of a caller's stream has waited."""
        self.card.waits.append((self, event.lane))
        self.todo.append(event.finish)
        if self in self.card.callers:
            self.finish()

    def record_event(self, event: Any = None) -> Any:
        event = event or self.card.event()
        event.record(self)
        return event

    def query(self) -> bool:
        return self.done == len(self.todo)


class Mark:
    """An event in a `Lane`."""

    card: "Card"

    def __init__(self, *_: Any, **__: Any) -> None:
        self.lane: Lane | None = None
        self.upto, self.time = 0, 0.0

    def record(self, lane: Lane | None = None) -> None:
        self.lane = lane or self.card.lane()
        self.upto = len(self.lane.todo)
        self.time = max(self.card.now, self.card.ready[self.lane.index])

    def finish(self) -> None:
        if self.lane is not None:
            self.lane.finish(self.upto)

    def synchronize(self) -> None:
        self.finish()
        self.card.now = max(self.card.now, self.time)

    def wait(self, lane: Lane | None = None) -> None:
        (lane or self.card.lane()).wait_event(self)

    def query(self) -> bool:
        done = self.lane is None or self.lane.done >= self.upto
        return done and self.card.now >= self.time

    def elapsed_time(self, end: "Mark") -> float:
        return 1000 * (end.time - self.time)


class Tape(TorchDispatchMode):
    """Remembers operators, to do them again with the same tensors."""

    card: "Card"

    def __init__(self, *_: Any, **__: Any) -> None:
        super().__init__()
        self.steps: list[Any] = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        self.steps.append((func, args, kwargs or {}, out))
        return out

    def capture_begin(self, *_: Any, **__: Any) -> None:
        self.card.capturing = True
        self.__enter__()

    def capture_end(self) -> None:
        self.__exit__(None, None, None)
        self.card.capturing = False

    @torch.inference_mode()
    def replay(self) -> None:
        for func, args, kwargs, out in self.steps:
            again = func(*args, **kwargs)
            if isinstance(out, Tensor) and out is not again:
                out.copy_(again)

    def reset(self) -> None:
        self.steps.clear()


class Card(Machine):
    """A clock and two GPUs; each thread has its own current one, and its streams."""

    def __init__(self, start: float = 0.0) -> None:
        self.now, self.ready = start, [0.0, 0.0]
        self.own = threading.local()
        made = [type(kind.__name__, (kind,), {"card": self}) for kind in PARTS]
        self.stream, self.event, self.graph = made
        self.defaults = [self.stream(i) for i in range(2)]
        self.callers = self.defaults
        self.waits: list[Any] = []
        self.copies: list[tuple[Lane, bool]] = []
        self.capturing = False

    def work(self, seconds: float) -> None:
        """Keep the host busy."""
        self.now += seconds

    def launch(self, index: int, seconds: float) -> None:
        """Give a GPU work; the host does not wait for it."""
        self.now += LAUNCH
        self.ready[index] = max(self.ready[index], self.now) + seconds

    @property
    def current(self) -> int:
        return vars(self.own).setdefault("current", 0)

    @current.setter
    def current(self, index: int) -> None:
        self.own.current = index

    @property
    def lanes(self) -> list[Lane]:
        return vars(self.own).setdefault("lanes", list(self.defaults))

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
        self.set_lane(lane)
        try:
            yield
        finally:
            self.current, self.lanes[:] = before

    def set_lane(self, lane: Lane) -> None:
        self.current, self.lanes[lane.index] = lane.index, lane

    @contextmanager
    def record(self, tape: Tape, *_: Any, stream: Any = None, **__: Any):
        """Do what `torch.cuda.graph` does."""
        with self.on(stream or self.stream()):
            tape.capture_begin()
            try:
                yield
            finally:
                tape.capture_end()

    def graphed(self, fn: Any, sample: Any, num_warmup_iters: int = 3, **_: Any) -> Any:
        """Do what `torch.cuda.make_graphed_callables` does for one function."""
        tape, side = self.graph(), self.stream(sample[0].index)
        with self.on(side):
            for _ in range(num_warmup_iters):
                fn(*sample)
        with self.record(tape, stream=side):
            out = fn(*sample)

        def run(*given: Tensor) -> Tensor:
            for there, x in zip(sample, given, strict=True):
                there.copy_(x)
            tape.replay()
            return out.detach()

        return run

    def synchronize(self, device: Any = None) -> None:
        index = self.index_of(device)
        for lane in {id(lane): lane for lane, _ in self.copies}.values():
            if lane.index == index:
                lane.finish()
        self.callers[index].synchronize()

    def bring(self, tensor: Tensor, index: int, at_once: bool) -> Tensor:
        """Return a copy on a GPU; until it is done, that is full of -1."""
        there = put_on_gpu(torch.full_like(tensor, -1), index)
        return self.send(there, tensor, at_once)

    def send(self, there: Tensor, tensor: Tensor, at_once: bool) -> Tensor:
        """Copy a tensor to one of a GPU, on the current stream of this."""
        lane = self.lanes[there.index]
        waiting = getattr(tensor, "pinned", False) and not at_once
        self.copies.append((lane, waiting))
        there.made_on = lane
        lane.todo.append(lambda: write(there, tensor))
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

        def copy(there: Tensor, tensor: Tensor, non_blocking: bool = False) -> Tensor:
            if isinstance(there, OnGpu) and not isinstance(tensor, OnGpu):
                return self.send(there, tensor, not non_blocking)
            return plain_copy(there, tensor)

        def maker(make: Callable[..., Tensor]) -> Callable[..., Tensor]:
            def made(*args: Any, device: Any = None, pin_memory: bool = False, **kw):
                if device is not None and torch.device(device).type == "cuda":
                    return put_on_gpu(make(*args, **kw), self.index_of(device))
                tensor = make(*args, device=device, **kw)
                return pin(tensor) if pin_memory else tensor

            return made

        def pin(tensor: Tensor, *_: Any) -> Tensor:
            pinned = tensor.clone()
            pinned.pinned = True
            return pinned

        def note_use(tensor: Tensor, lane: Lane) -> None:
            tensor.used_on = [*getattr(tensor, "used_on", []), lane]

        def set_device(device: Any) -> None:
            self.current = self.index_of(device)

        named = {
            "synchronize": self.synchronize,
            "current_stream": self.lane,
            "set_stream": self.set_lane,
            "Stream": self.stream,
            "Event": self.event,
            "CUDAGraph": self.graph,
            "stream": self.on,
            "StreamContext": self.on,
            "default_stream": lambda d=None: self.defaults[self.index_of(d)],
            "graph": self.record,
            "make_graphed_callables": self.graphed,
            "is_current_stream_capturing": lambda: self.capturing,
            "empty_cache": lambda: None,
            "device": self.at,
            "device_index": self.at,
            "set_device": set_device,
            "set_device_index": set_device,
            "current_device": lambda: self.current,
            "current_device_index": lambda: self.current,
        }
        return [
            *some_gpus(2),
            (Tensor, "to", to),
            (Tensor, "cuda", cuda),
            (Tensor, "copy_", copy),
            *((torch, name, maker(getattr(torch, name))) for name in MAKERS),
            (Tensor, "pin_memory", pin),
            (Tensor, "is_pinned", lambda t, *_: getattr(t, "pinned", False)),
            (Tensor, "record_stream", note_use),
            *((torch, name, named[name]) for name in ("Stream", "Event")),
            *((torch.cuda, *change) for change in named.items()),
            *((torch.accelerator, *change) for change in named.items()),
        ]


PARTS = Lane, Mark, Tape
