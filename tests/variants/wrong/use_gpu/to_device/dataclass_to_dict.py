"""A dataclass becomes a dict.

says: it stays an instance of its class
"""
import dataclasses


def to_device(batch, device):
    if isinstance(batch, Tensor):
        return batch.to(device)
    if dataclasses.is_dataclass(batch):
        batch = {f.name: getattr(batch, f.name) for f in fields(batch)}
    if isinstance(batch, dict):
        return {k: to_device(v, device) for k, v in batch.items()}
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*[to_device(v, device) for v in batch])
    if isinstance(batch, (list, tuple)):
        return type(batch)(to_device(v, device) for v in batch)
    return batch
