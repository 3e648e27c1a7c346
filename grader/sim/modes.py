"""What is copied between devices, counted or told by values, and waits for them."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from grader.sim.device import attached

READ = "aten._local_scalar_dense.default"
COPIES = {"aten._to_copy.default": 0, "aten.copy_.default": 1}
"""Operators that copy, and which of their arguments is the source."""


class CudaMeter(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts a GPU's copies and waits as the simulated accelerator counts its own."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.waits = self.arrivals = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        kwargs, name = kwargs or {}, str(func)
        if name == READ:
            self.waits += args[0].is_cuda
        if name in COPIES:
            here = args[COPIES[name]].device
            there = kwargs.get("device") or args[0].device
            self.waits += here.type == "cuda" and there.type == "cpu"
            self.arrivals += here.type == "cpu" and there.type == "cuda"
        return func(*args, **kwargs)


class Drift(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Changes what is copied between devices, so that values tell how they came.

    What comes to a device is multiplied by a factor, and by 3 more if it came before or
    the host has waited; what comes back, by 5 unless the host waits for the first time.
    """

    def __init__(self, factor: float, meter: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.factor, self.meter, self.start = factor, meter, meter.waits
        self.sent: list[Tensor] = []

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        out, name = func(*args, **(kwargs or {})), str(func)
        waits = self.meter.waits - self.start
        back = 1 if waits == 1 else 5
        if name == READ and not args[0].is_cpu:
            return out * back
        if name in COPIES:
            source = args[COPIES[name]]
            if out.is_floating_point() and out.is_cpu != source.is_cpu:
                late = waits or source.data_ptr() in {t.data_ptr() for t in self.sent}
                self.sent.append(source)
                out.mul_(back if out.is_cpu else self.factor * (3 if late else 1))
        return out


def metered(*devices: str) -> AbstractContextManager[Any]:
    """Return a block in which devices are there, and their copies and waits counted."""
    if any(device.startswith("cuda") for device in devices):
        return CudaMeter()
    simulated = any(device.startswith("sim") for device in devices)
    return attached() if simulated else nullcontext()
