"""A simulated accelerator: the device `sim:0`, for machines without a GPU.

Its tensors are plain `torch.Tensor`s of another device, with values, autograd,
optimizers, deep copies and files. Their memory and their arithmetic are the CPU's, but
torch does not know: an operator that meets tensors of both raises CUDA's error,
`.numpy` asks for `.cpu` first, and `Module.to` keeps its parameters.

    with sim.attached() as meter:
        y = (x.to("sim") @ w.to("sim")).sum().item()
    meter.arrivals, meter.departures, meter.waits, meter.peak  # 2, 1, 1, bytes

What it does not do:

- Speed, streams, events: its work is done when a call returns. Waits are counted, but
  none is ever needed, so a wait that is missing shows nothing. Events cannot be waited
  for or timed.
- More than one device: torch gives a device written in Python one thread for backward.
- Autocast, recurrent cells, sparse, quantized, float8 and complex32 tensors, storages
  that grow, generators of the device that refuse to serve the CPU. The first six raise
  NotImplementedError.
- Identity of storages in files: tensors that shared memory do so when they are loaded
  to the device, but each has a storage of its own over it.
- Another accelerator beside it: in a process with `sim`, it is torch's accelerator, so
  real GPUs belong into another process.

`register` must come before the first backward pass of a process, and lasts. It needs
nothing but torch: the sandbox holds it beside `grader.sandbox`. There it shares a
process with the student's code, which could change a counter: like all that comes from
there, a count is a claim.
"""

from grader.sim.device import SimulationError, attached, load, register
from grader.sim.meter import Meter
from grader.sim.modes import Drift, metered

__all__ = [
    "Drift",
    "Meter",
    "SimulationError",
    "attached",
    "load",
    "metered",
    "register",
]
