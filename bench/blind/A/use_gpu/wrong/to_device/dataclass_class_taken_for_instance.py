"""is_dataclass is true for the class as well, so a dataclass that stands in the batch as a class raises ("whatever is no tensor is returned itself").

slip: a class taken for an instance
"""

import copy


def to_device(batch: Any, device: Device) -> Any:
    if isinstance(batch, Tensor):
        return batch.to(device)
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*(to_device(part, device) for part in batch))
    if isinstance(batch, list | tuple):
        return type(batch)(to_device(part, device) for part in batch)
    if isinstance(batch, dict):
        moved = copy.copy(batch)
        for key, value in batch.items():
            moved[key] = to_device(value, device)
        return moved
    if is_dataclass(batch):
        moved = copy.copy(batch)
        for field in fields(batch):
            value = to_device(getattr(batch, field.name), device)
            object.__setattr__(moved, field.name, value)
        return moved
    return batch
