"""Builds a plain dict of an OrderedDict or defaultdict, which is left open."""

import copy


def to_device(batch: Any, device: Device) -> Any:
    if isinstance(batch, Tensor):
        return batch.to(device)
    if isinstance(batch, dict):
        return {key: to_device(value, device) for key, value in batch.items()}
    if isinstance(batch, list):
        moved = copy.copy(batch)
        moved[:] = [to_device(part, device) for part in batch]
        return moved
    if isinstance(batch, tuple):
        parts = [to_device(part, device) for part in batch]
        if hasattr(batch, "_make"):
            return type(batch)._make(parts)
        return type(batch)(parts)
    if is_dataclass(batch) and not isinstance(batch, type):
        moved = copy.copy(batch)
        for field in fields(batch):
            value = to_device(getattr(batch, field.name), device)
            object.__setattr__(moved, field.name, value)
        return moved
    return batch
