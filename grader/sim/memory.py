"""Tensors of the device: views of the CPU's memory under another device's name.

DLPack describes a tensor by address, shape and device. Rewriting the device in such a
description gives a tensor that torch takes for one of another device, over the same
memory: `to_device_view` and `to_host_view` differ in nothing else.
"""

from __future__ import annotations

import ctypes
import weakref
from typing import Any

import torch
from torch import Tensor
from torch.utils.dlpack import DLDeviceType

from grader.sim.meter import METER

CPU = torch.device("cpu")
DEVICE = torch.device("privateuseone", 0)
"""Called sim:0 as soon as it is registered."""
DTYPES = frozenset(
    {
        torch.bool,
        torch.uint8,
        torch.uint16,
        torch.uint32,
        torch.uint64,
        torch.int8,
        torch.int16,
        torch.int32,
        torch.int64,
        torch.float16,
        torch.bfloat16,
        torch.float32,
        torch.float64,
        torch.complex64,
        torch.complex128,
    }
)


class _Head(ctypes.Structure):
    """The part of DLPack's DLTensor that names address and device."""

    _fields_ = (
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
    )


_address_of = ctypes.pythonapi.PyCapsule_GetPointer
_address_of.restype = ctypes.c_void_p
_address_of.argtypes = [ctypes.py_object, ctypes.c_char_p]


def _rename(tensor: Tensor, device_type: DLDeviceType) -> Tensor:
    capsule = torch._C._to_dlpack(tensor)
    _Head.from_address(_address_of(capsule, b"dltensor")).device_type = device_type
    renamed: Tensor = torch._C._from_dlpack(capsule)
    return renamed


def to_host_view(tensor: Tensor) -> Tensor:
    """Return a tensor of the CPU over the memory of one of the device."""
    host = _rename(tensor, DLDeviceType.kDLCPU)
    host = host.conj() if tensor.is_conj() else host
    return torch._neg_view(host) if tensor.is_neg() else host


def to_device_view(tensor: Tensor) -> Tensor:
    """Return a tensor of the device over the memory of one of the CPU.

    Raises:
        NotImplementedError: the device has no tensors of this kind.
    """
    refuse_unusual(tensor.dtype, tensor.layout)
    if tensor._is_zerotensor():  # autograd's zeros, which lie in no memory
        tensor = torch.zeros(tensor.shape, dtype=tensor.dtype, device=CPU)
    return _rename(tensor.resolve_conj().resolve_neg(), DLDeviceType.kDLExtDev)


def refuse_unusual(dtype: torch.dtype, layout: torch.layout) -> None:
    """Refuse the kinds of tensors that the device does not have.

    Raises:
        NotImplementedError: it has none of this kind.
    """
    if layout is not torch.strided:
        raise NotImplementedError(f"{DEVICE} has dense tensors only, none of {layout}")
    if dtype not in DTYPES:
        raise NotImplementedError(f"{DEVICE} has no tensors of dtype {dtype}")


def check_index(device: torch.device | None) -> None:
    """Refuse devices of the right type that are not there.

    Raises:
        RuntimeError: there is no device of this index.
    """
    if device is not None and device.index not in (None, DEVICE.index):
        raise RuntimeError(f"invalid device ordinal: {device}; there is {DEVICE} only")


def is_on_device(value: Any) -> bool:
    """Say whether a value is a tensor of the device."""
    return isinstance(value, Tensor) and value.device.type == DEVICE.type


def allocate(tensor: Tensor) -> Tensor:
    """Return a new tensor of the device from a fresh one of the CPU; count its bytes.

    The storages that are counted are those of the device: they live as long as any
    tensor, view or graph on the device refers to them.
    """
    made = to_device_view(tensor)
    storage = made.untyped_storage()
    METER.allocate(storage.nbytes())
    weakref.finalize(storage, METER.free, storage.nbytes()).atexit = False
    return made


def bytes_of(storage: torch.UntypedStorage) -> Tensor:
    """Return a storage's bytes as a tensor of the CPU that keeps the storage alive."""
    if not storage.nbytes():
        return torch.empty(0, dtype=torch.uint8)
    memory = (ctypes.c_char * storage.nbytes()).from_address(storage.data_ptr())
    memory.owner = storage  # type: ignore[attr-defined] # a ctypes array has a __dict__
    return torch.frombuffer(memory, dtype=torch.uint8)
