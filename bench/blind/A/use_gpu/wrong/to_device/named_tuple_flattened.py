"""A named tuple comes back as a plain tuple ("The result is built alike: same classes").

slip: named tuple loses its class
"""

import copy


def to_device(batch: Any, device: Device) -> Any:
    if isinstance(batch, Tensor):
        return batch.to(device)
    if isinstance(batch, list):
        return type(batch)(to_device(part, device) for part in batch)
    if isinstance(batch, tuple):
        return tuple(to_device(part, device) for part in batch)
    if isinstance(batch, dict):
        moved = copy.copy(batch)
        for key, value in batch.items():
            moved[key] = to_device(value, device)
        return moved
    if is_dataclass(batch) and not isinstance(batch, type):
        moved = copy.copy(batch)
        for field in fields(batch):
            value = to_device(getattr(batch, field.name), device)
            object.__setattr__(moved, field.name, value)
        return moved
    return batch
