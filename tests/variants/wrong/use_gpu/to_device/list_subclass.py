"""A subclass of list becomes a plain list ("same classes"; only "a subclass of dict may become a dict").

says: a subclass stays one
"""

import copy


def to_device(batch: Any, device: Device) -> Any:
    if isinstance(batch, Tensor):
        return batch.to(device)
    if isinstance(batch, dict):
        return {key: to_device(value, device) for key, value in batch.items()}
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)._make(to_device(value, device) for value in batch)
    if isinstance(batch, list):
        return [to_device(value, device) for value in batch]
    if isinstance(batch, tuple):
        return type(batch)(to_device(value, device) for value in batch)
    if is_dataclass(batch) and not isinstance(batch, type):
        moved = copy.copy(batch)
        for field in fields(batch):
            value = to_device(getattr(batch, field.name), device)
            object.__setattr__(moved, field.name, value)
        return moved
    return batch
