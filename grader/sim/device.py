"""Registers the device with torch, and attaches it where it is wanted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import torch
from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

from grader.sim import api, pinned, storages
from grader.sim.draws import Generator
from grader.sim.hosts import run
from grader.sim.kernels import KERNELS, refuse_autocast
from grader.sim.memory import DEVICE
from grader.sim.meter import METER, Meter

NAME = "sim"


class SimulationError(Exception):
    """The device cannot be registered in this process."""


class _Hooks(torch._C._acc.PrivateUse1Hooks):
    def is_available(self) -> bool:
        return api.is_available()

    def has_primary_context(self, index: int) -> bool:
        return True

    def is_built(self) -> bool:
        return True


def register() -> None:
    """Make torch know the device, for good; call it before the first backward pass.

    Raises:
        SimulationError: it is too late: backward passes run on threads, one for each
            device, and they have been started without one for this device.
    """
    load()
    introduce()
    check_backward()


@cache
def load() -> tuple[Any, Any]:
    """Load the device's operators; return what they live in.

    It takes longer than the rest of `register`, and torch does not know the device yet:
    a process can do it before it forks, whether its children want the device or not.
    """
    own: Any = torch.library.Library("aten", "IMPL")  # type: ignore[no-untyped-call]
    for name, kernel in KERNELS.items():
        own.impl(name, kernel, "PrivateUse1")
    for key in ("Conjugate", "Negative"):  # copy_from minds these views itself
        own.impl("_copy_from", torch.library.fallthrough_kernel, key)
    others: Any = torch.library.Library("_", "IMPL")  # type: ignore[no-untyped-call]
    others.fallback(run, "PrivateUse1")
    others.fallback(refuse_autocast, "AutocastPrivateUse1")
    return own, others


@cache
def introduce() -> None:
    """Give the device its name, and let torch ask for it."""
    _setup_privateuseone_for_python_backend(NAME, backend_module=api, hook=_Hooks())
    for owner, name, new in REPLACED:
        setattr(owner, name, new)


REPLACED: tuple[tuple[Any, str, Any], ...] = (
    (torch, "Generator", Generator),
    (torch.UntypedStorage, "__new__", storages.make),
    (torch.Tensor, "pin_memory", pinned.pin_memory),
    (torch.Tensor, "is_pinned", pinned.is_pinned),
    *(
        (torch.accelerator, function.__name__, function)
        for function in (
            api.current_accelerator,
            api.synchronize,
            api.empty_cache,
            api.memory_allocated,
            api.max_memory_allocated,
            api.reset_peak_memory_stats,
        )
    ),
)
"""What torch asks in C++ and a device written in Python cannot answer there."""


@cache
def check_backward() -> None:
    """Run a backward pass on the device.

    Raises:
        SimulationError: torch has no thread for it.
    """
    try:
        x = torch.ones(1, device=DEVICE, requires_grad=True)
        torch.autograd.grad(x.sum(), x)
    except RuntimeError as error:
        raise SimulationError(
            f"{DEVICE} was registered after the first backward pass of this process: "
            "call grader.sim.register() at its start"
        ) from error


@contextmanager
def attached() -> Iterator[Meter]:
    """Let torch see the device as its accelerator; give its counters, from zero.

    Outside of the block, tensors that are on the device work on, but
    `torch.accelerator` finds no device.
    """
    register()
    METER.reset()
    api.attached += 1
    try:
        yield METER
    finally:
        api.attached -= 1
