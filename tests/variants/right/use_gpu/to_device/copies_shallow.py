"""Shallow copies filled in place, dataclasses through object.__setattr__."""
import copy
import dataclasses


def to_device(batch, device):
    if torch.is_tensor(batch):
        return batch if batch.device == torch.device(device) else batch.to(device, non_blocking=True)
    if isinstance(batch, dict):
        new = copy.copy(batch)
        for k in batch:
            new[k] = to_device(batch[k], device)
        return new
    if isinstance(batch, list):
        new = copy.copy(batch)
        for i, b in enumerate(batch):
            new[i] = to_device(b, device)
        return new
    if isinstance(batch, tuple):
        parts = [to_device(b, device) for b in batch]
        return batch._make(parts) if hasattr(batch, "_make") else type(batch)(parts)
    if dataclasses.is_dataclass(batch) and not isinstance(batch, type):
        new = copy.copy(batch)
        for f in dataclasses.fields(batch):
            object.__setattr__(new, f.name, to_device(getattr(batch, f.name), device))
        return new
    return batch
