"""Pinned memory: as much of it as generic code asks for."""

from __future__ import annotations

import weakref
from typing import Any

import torch
from torch import Tensor

_pinned: set[int] = set()


def pin_memory(self: Tensor, *_: Any, **__: Any) -> Tensor:
    """Return the tensor itself if its memory is pinned, else a copy that is.

    Raises:
        RuntimeError: it is not on the CPU.
    """
    if not self.is_cpu:
        raise RuntimeError(
            f"cannot pin '{self.type()}': only dense CPU tensors can be pinned"
        )
    if is_pinned(self):
        return self
    copied = self.clone(memory_format=torch.contiguous_format)
    storage = copied.untyped_storage()
    _pinned.add(storage._cdata)
    weakref.finalize(storage, _pinned.discard, storage._cdata).atexit = False
    return copied


def is_pinned(self: Tensor, *_: Any, **__: Any) -> bool:
    """Say whether the tensor's memory is pinned."""
    return self.is_cpu and self.untyped_storage()._cdata in _pinned
