"""One registered function for each kind of container, named tuples by _make."""
import functools


@functools.singledispatch
def _moved(batch: Any, device: Device) -> Any:
    if not isinstance(batch, type) and is_dataclass(batch):
        twin = object.__new__(type(batch))
        for slot in fields(batch):
            object.__setattr__(twin, slot.name, _moved(getattr(batch, slot.name), device))
        for name, value in getattr(batch, "__dict__", {}).items():
            if name not in twin.__dict__:
                twin.__dict__[name] = value
        return twin
    return batch


@_moved.register
def _(batch: Tensor, device: Device) -> Tensor:
    return batch.to(device=device)


@_moved.register(list)
def _(batch: list, device: Device) -> list:
    return batch.__class__([_moved(part, device) for part in batch])


@_moved.register(tuple)
def _(batch: tuple, device: Device) -> tuple:
    parts = [_moved(part, device) for part in batch]
    make = getattr(type(batch), "_make", type(batch))
    return make(parts)


@_moved.register(dict)
def _(batch: dict, device: Device) -> dict:
    twin = batch.copy() if type(batch).copy is not dict.copy else None
    if twin is None:
        return type(batch)((key, _moved(batch[key], device)) for key in batch)
    for key in batch:
        twin[key] = _moved(batch[key], device)
    return twin


def to_device(batch: Any, device: Device) -> Any:
    return _moved(batch, device)
