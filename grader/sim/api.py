"""The module `torch.sim`: what torch and generic code ask of an accelerator."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from grader.sim.draws import get_rng_state, manual_seed, set_rng_state
from grader.sim.memory import DEVICE, check_index
from grader.sim.meter import METER

__all__ = ["get_rng_state", "manual_seed", "set_rng_state"]

_initialized = True
"""What torch.utils.checkpoint asks before it saves random numbers."""

attached = 0
"""How many `attached()` blocks the program is in: 0, and there is no device."""


def is_available() -> bool:
    """Say whether there is a device."""
    return attached > 0


def current_accelerator(check_available: bool = False) -> torch.device | None:
    """Return the type of torch's accelerator, None where there is no device."""
    return torch.device(DEVICE.type) if is_available() else None


def is_initialized() -> bool:
    """Say whether the device can be used: always, once it is registered."""
    return True


def device_count() -> int:
    """Return the number of devices."""
    return int(is_available())


def current_device() -> int:
    """Return the index of the one device."""
    return DEVICE.index


def set_device(device: torch.device | str | int) -> None:
    """Make a device the current one."""
    check_device(device)


@contextmanager
def device(device: torch.device | str | int | None) -> Iterator[None]:
    """Make a device the current one in the block."""
    check_device(device)
    yield


def synchronize(device: torch.device | str | int | None = None) -> None:
    """Wait for the device; its work is always done, but the wait is counted."""
    check_device(device)
    METER.wait()


def memory_allocated(device: torch.device | str | int | None = None) -> int:
    """Return the bytes of all storages on the device."""
    check_device(device)
    return METER.live


def max_memory_allocated(device: torch.device | str | int | None = None) -> int:
    """Return the most bytes that it held at once since the last reset."""
    check_device(device)
    return METER.peak


def reset_peak_memory_stats(device: torch.device | str | int | None = None) -> None:
    """Let the peak start from what is held now."""
    check_device(device)
    METER.peak = METER.live


def empty_cache() -> None:
    """Give memory back that is kept for later: there is none."""


def manual_seed_all(seed: int) -> None:
    """Start the random numbers of all devices anew; `torch.manual_seed` calls it."""
    manual_seed(seed)


def get_amp_supported_dtype() -> list[torch.dtype]:
    """Return the dtypes that autocast may compute in."""
    return [torch.float16, torch.bfloat16]


def _is_in_bad_fork() -> bool:
    return False


def _lazy_init() -> None:
    pass


def check_device(device: torch.device | str | int | None) -> None:
    """Refuse what is not the one device.

    Raises:
        RuntimeError: there is no device of this index.
        ValueError: it is a device of another type.
    """
    if device is None:
        return
    place = torch.device(DEVICE.type, device) if isinstance(device, int) else device
    place = torch.device(place)
    if place.type != DEVICE.type:
        raise ValueError(f"{place} is no device of type {DEVICE.type}")
    check_index(place)
