"""Assigns to the fields of the dataclass.

says: frozen dataclass cannot be assigned to
"""
import copy


def to_device(batch, device):
    if isinstance(batch, Tensor):
        return batch.to(device)
    if isinstance(batch, dict):
        return {k: to_device(v, device) for k, v in batch.items()}
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*[to_device(v, device) for v in batch])
    if isinstance(batch, (list, tuple)):
        return type(batch)(to_device(v, device) for v in batch)
    if is_dataclass(batch):
        new = copy.copy(batch)
        for f in fields(batch):
            setattr(new, f.name, to_device(getattr(batch, f.name), device))
        return new
    return batch
