"""When an operator may have tensors of two devices, and when the host waits for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from grader.sim.memory import DEVICE, is_on_device
from grader.sim.meter import METER

aten = torch.ops.aten
INDEXING = {aten.index, aten._index_put_impl_}
TAKE_A_NUMBER = {
    *(aten.masked_fill, aten.masked_fill_, aten.index_fill, aten.index_fill_),
    aten._index_put_impl_,
}


def refuse_mixes(
    op: torch._ops.OpOverload, args: Any, tensors: Iterable[Tensor]
) -> None:
    """Refuse an operator whose tensors are on two devices, as CUDA does.

    Two mixes are fine there and here: numbers, tensors of the CPU without dimensions,
    beside the device's tensors in operators that work element by element; and indices
    of the CPU into a tensor of the device, which are copied to it.

    Raises:
        RuntimeError: any other mix.
    """
    strangers = [t for t in tensors if not is_on_device(t)]
    if not strangers:
        return
    packet = op.overloadpacket
    if packet in INDEXING and is_on_device(args[0]):
        for index in args[1]:
            if index is not None and index.is_cpu:
                if packet is aten._index_put_impl_:  # torch has moved those of `index`
                    METER.arrive(index.nbytes)
                strangers = [t for t in strangers if t is not index]
    numbers = torch.Tag.pointwise in op.tags or packet in TAKE_A_NUMBER
    for tensor in strangers:
        if not (numbers and tensor.is_cpu and tensor.dim() == 0):
            raise RuntimeError(
                "Expected all tensors to be on the same device, but found at least two "
                f"devices, {DEVICE} and {tensor.device}! (in {op})"
            )


def waits_for_device(op: torch._ops.OpOverload) -> bool:
    """Say whether the host must know values of the device to go on."""
    if torch.Tag.data_dependent_output in op.tags:
        return True
    return (
        torch.Tag.dynamic_output_shape in op.tags and op.overloadpacket not in INDEXING
    )
