"""Calls `to` of whatever has one, so that modules and the like are moved, too: breaks "whatever is no tensor is returned itself"."""

import copy


def to_device(batch: Any, device: Device) -> Any:
    if hasattr(batch, "to"):
        return batch.to(device)
    if isinstance(batch, dict):
        moved = copy.copy(batch)
        for key, value in batch.items():
            moved[key] = to_device(value, device)
        return moved
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
