"""A host and GPUs that are made up: only work moves their clocks."""

from typing import Any

import torch

LAUNCH = 0.001  # seconds that the made-up host needs to start work on a GPU


class Machine:
    """A made-up host and its GPUs, whose clocks only work moves."""

    def __init__(self, start: float) -> None:
        self.now = start
        self.ready = [0.0, 0.0]
        self.current = 0

    def work(self, seconds: float) -> None:
        """Keep the host busy."""
        self.now += seconds

    def launch(self, index: int, seconds: float) -> None:
        """Give a GPU work; the host does not wait for it."""
        self.now += LAUNCH
        self.ready[index] = max(self.ready[index], self.now) + seconds

    def index_of(self, device: Any) -> int:
        """Return the number of the GPU that is meant; None is the current one."""
        if isinstance(device, int):
            return device
        index = None if device is None else torch.device(device).index
        return self.current if index is None else index

    def synchronize(self, device: Any = None) -> None:
        """Wait for one GPU."""
        self.now = max(self.now, self.ready[self.index_of(device)])


class Stream:
    """What a `Machine` gives for `torch.cuda.current_stream`."""

    def __init__(self, machine: Machine, index: int) -> None:
        self.machine, self.index = machine, index

    def synchronize(self) -> None:
        self.machine.synchronize(self.index)

    def record_event(self, event: Any = None) -> Any:
        event = event or Event(self.machine)
        event.record(self)
        return event


class Event:
    """What a `Machine` gives for `torch.cuda.Event`."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.time = 0.0

    def record(self, stream: Stream | None = None) -> None:
        index = self.machine.current if stream is None else stream.index
        self.time = max(self.machine.now, self.machine.ready[index])

    def synchronize(self) -> None:
        self.machine.now = max(self.machine.now, self.time)

    wait = synchronize

    def query(self) -> bool:
        return self.machine.now >= self.time

    def elapsed_time(self, end: "Event") -> float:
        return 1000 * (end.time - self.time)
