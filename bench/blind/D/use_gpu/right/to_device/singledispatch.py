"""Unusual: functools.singledispatch on the class instead of a chain of isinstance; dataclasses are copied and set field by field, without replace()."""

import copy
import functools


@functools.singledispatch
def _relocate(part, device):
    if isinstance(part, type) or not is_dataclass(part):
        return part
    twin = copy.copy(part)
    for name in (f.name for f in fields(part)):
        object.__setattr__(twin, name, _relocate(getattr(part, name), device))
    return twin


@_relocate.register
def _(part: Tensor, device):
    return part.to(device=device)


@_relocate.register
def _(part: dict, device):
    return dict(zip(part, (_relocate(v, device) for v in part.values()), strict=True))


@_relocate.register
def _(part: list, device):
    return type(part)([_relocate(v, device) for v in part])


@_relocate.register
def _(part: tuple, device):
    make = getattr(type(part), "_make", type(part))
    return make([_relocate(v, device) for v in part])


def to_device(batch: Any, device: Device) -> Any:
    return _relocate(batch, torch.device(device))
