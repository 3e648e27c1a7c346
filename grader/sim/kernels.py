"""The device's own operators: those that make, move, view or resize tensors.

What torch composes of other operators comes to an accelerator in parts; what is neither
composed nor listed in `KERNELS` is run by `hosts`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from grader.sim.hosts import Operator, run
from grader.sim.memory import (
    CPU,
    DEVICE,
    allocate,
    bytes_of,
    check_index,
    is_on_device,
    refuse_unusual,
    to_device_view,
    to_host_view,
)
from grader.sim.meter import METER

aten = torch.ops.aten


def empty(
    size: Sequence[int],
    *,
    dtype: torch.dtype | None = None,
    layout: torch.layout | None = None,
    device: torch.device | None = None,
    pin_memory: bool | None = None,
    memory_format: torch.memory_format | None = None,
) -> Tensor:
    """Return a new tensor."""
    check_index(device)
    dtype = dtype or torch.get_default_dtype()
    refuse_unusual(dtype, layout or torch.strided)
    memory_format = memory_format or torch.contiguous_format
    fresh = torch.empty(size, dtype=dtype, device=CPU, memory_format=memory_format)
    return allocate(fresh)


def empty_strided(
    size: Sequence[int],
    stride: Sequence[int],
    *,
    dtype: torch.dtype | None = None,
    layout: torch.layout | None = None,
    device: torch.device | None = None,
    pin_memory: bool | None = None,
) -> Tensor:
    """Return a new tensor with these steps."""
    check_index(device)
    dtype = dtype or torch.get_default_dtype()
    refuse_unusual(dtype, layout or torch.strided)
    return allocate(torch.empty_strided(size, stride, dtype=dtype, device=CPU))


def as_strided(
    self: Tensor, size: Sequence[int], stride: Sequence[int], offset: int | None = None
) -> Tensor:
    """Return a view; it has the storage of `self`."""
    start = self.storage_offset() if offset is None else offset
    view: Tensor = aten.as_strided_(aten.alias(self), size, stride, start)
    return view


def view(self: Tensor, size: Sequence[int]) -> Tensor:
    """Return a view of another shape."""
    outline = torch.empty_strided(
        self.shape, self.stride(), dtype=self.dtype, device="meta"
    )
    seen = aten.view(outline, size)
    return as_strided(self, seen.shape, seen.stride())


def resize_(
    self: Tensor,
    size: Sequence[int],
    *,
    memory_format: torch.memory_format | None = None,
) -> Tensor:
    """Give a tensor another shape, and a new storage if the old one is too small."""
    larger = torch.empty(size, dtype=self.dtype, device=CPU)
    start = self.storage_offset()
    end = start * self.element_size() + larger.nbytes
    if end <= self.untyped_storage().nbytes():
        resized: Tensor = aten.as_strided_(self, size, larger.stride(), start)
        return resized
    old = to_host_view(self).flatten()[: larger.numel()]
    larger.view(-1)[: old.numel()] = old
    return set_tensor(self, allocate(larger))


def set_storage(
    self: Tensor,
    source: torch.UntypedStorage,
    offset: int = 0,
    size: Sequence[int] | None = None,
    stride: Sequence[int] = (),
) -> Tensor:
    """Let a tensor show what lies in a storage; the memory is shared."""
    flat = bytes_of(source).view(self.dtype)
    shape = flat.shape if size is None else size
    steps = stride or torch.empty(shape, device="meta").stride()
    return set_tensor(self, to_device_view(flat.as_strided(shape, steps, offset)))


def set_tensor(self: Tensor, source: Tensor) -> Tensor:
    """Let a tensor be what another one is."""
    self.data = source
    return self


def set_nothing(self: Tensor) -> Tensor:
    """Let a tensor be empty."""
    return set_tensor(self, empty([0], dtype=self.dtype))


def copy_from(source: Tensor, target: Tensor, non_blocking: bool = False) -> Tensor:
    """Copy to the device, on it, or from it, to a tensor that is there."""
    pair = [to_host_view(t) if is_on_device(t) else t for t in (source, target)]
    if not is_on_device(source):
        METER.arrive(source.nbytes)
    elif not is_on_device(target):
        METER.depart(source.nbytes, waits=not non_blocking)
    pair[1].copy_(pair[0])
    return target


def to_copy(
    self: Tensor,
    *,
    dtype: torch.dtype | None = None,
    layout: torch.layout | None = None,
    device: torch.device | None = None,
    pin_memory: bool | None = None,
    non_blocking: bool = False,
    memory_format: torch.memory_format | None = None,
) -> Tensor:
    """Copy to the device, on it, or from it, to a new tensor."""
    place = device or self.device
    if place.type not in (DEVICE.type, "cpu"):
        raise NotImplementedError(f"{DEVICE} copies to the CPU only, not to {place}")
    leaves = place.type == "cpu"
    check_index(None if leaves else place)
    host = to_host_view(self) if is_on_device(self) else self
    copied: Tensor = aten._to_copy(
        host, dtype=dtype, device=CPU, memory_format=memory_format
    )
    if leaves:
        METER.depart(self.nbytes, waits=not non_blocking)
        return copied
    if host is self:
        METER.arrive(self.nbytes)
    return allocate(copied)


def read_number(self: Tensor) -> Any:
    """Return the value of a tensor that holds one number."""
    METER.depart(self.element_size())
    return to_host_view(self).item()


def share_implementation(self: Tensor, other: Tensor) -> bool:
    """Let `x.data = y` cross devices, so that `Module.to` keeps its Parameters."""
    return all(t.is_cpu or is_on_device(t) for t in (self, other))


def record_stream(self: Tensor, stream: object) -> None:
    """Keep memory for a stream: there is one, and its work is done."""


def convolution(*args: Any) -> Any:
    """Convolve."""
    return run(aten.convolution.default, *args)


def convolution_backward(
    gradient: Tensor, x: Tensor, weight: Tensor, *settings: Any
) -> Any:
    """Return the gradients of a convolution."""
    bias_sizes = None
    op = aten.convolution_backward.default
    return run(op, gradient, x, weight, bias_sizes, *settings)


def solve(*args: Any, **kwargs: Any) -> Any:
    """Solve linear equations."""
    return run(aten._linalg_solve_ex.default, *args, **kwargs)


def refuse_autocast(op: Operator, *args: Any, **kwargs: Any) -> Any:
    """Refuse to compute under autocast.

    Raises:
        NotImplementedError: always.
    """
    raise NotImplementedError(f"{DEVICE} has no autocast (in {op})")


KERNELS: dict[str, Callable[..., Any]] = {
    "empty.memory_format": empty,
    "empty_strided": empty_strided,
    "as_strided": as_strided,
    "view": view,
    "_reshape_alias": as_strided,
    "resize_": resize_,
    "set_": set_nothing,
    "set_.source_Storage": set_storage,
    "set_.source_Storage_storage_offset": set_storage,
    "set_.source_Tensor": set_tensor,
    "_copy_from": copy_from,
    "_to_copy": to_copy,
    "_local_scalar_dense": read_number,
    "_has_compatible_shallow_copy_type": share_implementation,
    "record_stream": record_stream,
    "convolution_overrideable": convolution,
    "convolution_backward_overrideable": convolution_backward,
    "_linalg_solve_ex": solve,  # in parts, a mix would end in an assertion of torch's
}
