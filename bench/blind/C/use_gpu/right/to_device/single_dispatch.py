"""Dispatches on the type by singledispatch, with a registered function for each container; dataclasses are copied and filled by their state."""

import copy
from functools import partial, singledispatch


@singledispatch
def _moved(part, device):
    if isinstance(part, type) or not is_dataclass(part):
        return part
    twin = copy.copy(part)
    for name in (field.name for field in fields(part)):
        object.__setattr__(twin, name, _moved(getattr(part, name), device))
    return twin


@_moved.register
def _(part: Tensor, device):
    return part.to(device)


@_moved.register
def _(part: dict, device):
    twin = copy.copy(part)
    twin.update(zip(part, map(partial(_moved, device=device), part.values())))
    return twin


@_moved.register
def _(part: list, device):
    twin = copy.copy(part)
    twin[:] = map(partial(_moved, device=device), part)
    return twin


@_moved.register
def _(part: tuple, device):
    make = getattr(type(part), "_make", type(part))
    return make(list(map(partial(_moved, device=device), part)))


def to_device(batch: Any, device: Device) -> Any:
    return _moved(batch, device)
