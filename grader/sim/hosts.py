"""Any operator of the device: the CPU's, on views of the device's memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import torch
from torch import Tensor, TensorType
from torch.utils._pytree import tree_leaves, tree_map_only

from grader.sim.draws import drawing
from grader.sim.memory import (
    CPU,
    DEVICE,
    allocate,
    check_index,
    is_on_device,
    refuse_unusual,
    to_device_view,
    to_host_view,
)
from grader.sim.meter import METER
from grader.sim.rules import refuse_mixes, waits_for_device

aten = torch.ops.aten
Operator = torch._ops.OpOverload


def run(op: Operator, *args: Any, **kwargs: Any) -> Any:
    """Run an operator on the device.

    Raises:
        RuntimeError: its tensors are on two devices.
        NotImplementedError: the CPU has no such operator, or the device no such tensor.
    """
    given = [t for t in tree_leaves((args, kwargs)) if isinstance(t, Tensor)]
    refuse_mixes(op, args, given)
    check_index(kwargs.get("device"))
    if waits_for_device(op):
        METER.wait()
    hosts = Hosts(op, args, kwargs)
    with drawing(op, (*args, *kwargs.values())):
        try:
            result = op(*hosts.args, **hosts.kwargs)
        except NotImplementedError as error:
            raise NotImplementedError(f"{DEVICE} has no {op}") from error
    hosts.write_outputs()
    return tree_map_only(Tensor, hosts.bring_back, result)


class Hosts:
    """The CPU's tensors for those of one call, and the way back."""

    def __init__(self, op: Operator, args: Any, kwargs: dict[str, Any]) -> None:
        """Lend the tensors of a call to the CPU."""
        self.pairs: list[tuple[Tensor, Tensor]] = []
        """Tensors of the device, and those of the CPU that stand for them."""
        self.outputs: list[tuple[Tensor, Tensor]] = []
        self.args = tree_map_only(Tensor, self.lend, with_tensors(op, args))
        kwargs = {**kwargs, **dict(self.fresh_outputs(op, kwargs))}
        self.kwargs = tree_map_only(Tensor, self.lend, kwargs)
        if "device" in kwargs:
            self.kwargs["device"] = CPU

    def lend(self, tensor: Tensor) -> Tensor:
        """Return what stands for a tensor on the CPU."""
        if not is_on_device(tensor):
            return tensor
        host = to_host_view(tensor)
        self.pairs.append((tensor, host))
        return host

    def fresh_outputs(
        self, op: Operator, kwargs: dict[str, Any]
    ) -> Iterator[tuple[str, Tensor]]:
        """Yield outputs for the CPU to write to: it must be able to resize them."""
        for name in outputs_of(op):
            out = kwargs[name]
            if is_on_device(out):
                fresh = torch.empty(0, dtype=out.dtype, device=CPU)
                self.outputs.append((out, fresh))
                self.pairs.append((out, fresh))
                yield name, fresh

    def write_outputs(self) -> None:
        """Let the device's outputs hold what the CPU has written."""
        for out, fresh in self.outputs:
            if fresh.shape == out.shape:
                to_host_view(out).copy_(fresh)
            else:
                out.data = allocate(fresh)

    def bring_back(self, result: Tensor) -> Tensor:
        """Return the device's tensor for a result of the CPU."""
        refuse_unusual(result.dtype, result.layout)
        for tensor, host in self.pairs:
            if result is host:
                return tensor
            if result.untyped_storage()._cdata == host.untyped_storage()._cdata:
                return view_like(tensor, result)
        return allocate(result)


def view_like(tensor: Tensor, result: Tensor) -> Tensor:
    """Return the view of a tensor that the CPU has made of what stands for it."""
    if result.dtype != tensor.dtype:
        return to_device_view(result)
    offset = tensor.storage_offset() + result.storage_offset()
    view: Tensor = aten.as_strided(tensor, result.shape, result.stride(), offset)
    return view


@cache
def outputs_of(op: Operator) -> tuple[str, ...]:
    """Return the names of the arguments that an operator writes its results to."""
    return tuple(a.name for a in op._schema.arguments if a.is_out)


@cache
def places_of_tensors(op: Operator) -> tuple[int, ...]:
    """Return where an operator takes a tensor and would refuse a number."""
    if torch._C._should_allow_numbers_as_tensors(op._opname):
        return ()
    kinds = [argument.type for argument in op._schema.arguments]
    return tuple(i for i, kind in enumerate(kinds) if isinstance(kind, TensorType))


def with_tensors(op: Operator, args: Sequence[Any]) -> list[Any]:
    """Return the arguments with tensors for the numbers that were tensors once.

    On the way to Python, torch turns tensors that stand for a number into the number.
    """
    tensors = list(args)
    for i in places_of_tensors(op):
        if i < len(args) and isinstance(args[i], bool | int | float | complex):
            tensors[i] = torch.tensor(args[i], device=CPU)
    return tensors
