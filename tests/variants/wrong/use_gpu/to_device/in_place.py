"""Lists and dicts are filled in place and returned themselves ("The caller's containers stay as they are").

says: written into the caller's containers
"""
import copy


def to_device(batch: Any, device: Device) -> Any:
    if isinstance(batch, Tensor):
        return batch.to(device)
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*(to_device(part, device) for part in batch))
    if isinstance(batch, list):
        for i, part in enumerate(batch):
            batch[i] = to_device(part, device)
        return batch
    if isinstance(batch, tuple):
        return type(batch)(to_device(part, device) for part in batch)
    if isinstance(batch, dict):
        for key, value in batch.items():
            batch[key] = to_device(value, device)
        return batch
    if is_dataclass(batch) and not isinstance(batch, type):
        moved = copy.copy(batch)
        for field in fields(batch):
            value = to_device(getattr(batch, field.name), device)
            object.__setattr__(moved, field.name, value)
        return moved
    return batch
