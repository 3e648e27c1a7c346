"""Storages of the device, which torch cannot allocate by itself.

Copies of storages rest on them, hence deep copies and files.
"""

from __future__ import annotations

from typing import Any

import torch

from grader.sim.memory import DEVICE, allocate

_new_storage = torch.UntypedStorage.__new__


def make(kind: type[torch.UntypedStorage], *args: Any, **kwargs: Any) -> Any:
    """Return a storage, as `torch.UntypedStorage` does.

    Raises:
        NotImplementedError: one of the device, made of something else than a size.
    """
    place = kwargs.get("device")
    if place is None or torch.device(place).type != DEVICE.type:
        return _new_storage(kind, *args, **kwargs)
    sizes = [a for a in (*args, *kwargs.values()) if type(a) is int]
    if len(sizes) != 1:
        raise NotImplementedError(f"a storage on {DEVICE} is made of a size alone")
    fresh = torch.empty(sizes[0], dtype=torch.uint8, device="cpu")
    return allocate(fresh).untyped_storage()
