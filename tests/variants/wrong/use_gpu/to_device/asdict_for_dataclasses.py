"""A dataclass is rebuilt from asdict, which turns dataclasses inside into dicts and deep-copies the rest ("same classes", "returned itself").

says: makes dicts of the dataclasses inside
"""
import copy
from dataclasses import asdict


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
    if is_dataclass(batch) and not isinstance(batch, type):
        return type(batch)(**to_device(asdict(batch), device))
    return batch
