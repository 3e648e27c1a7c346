"""Reads the parts of a dataclass from vars(), which fails with slots and picks up
attributes that are no fields ("instance of a dataclass (a frozen one too) that holds
such parts").

says: a dataclass need not have vars
"""

def to_device(batch: Any, device: Device) -> Any:
    if isinstance(batch, Tensor):
        return batch.to(device)
    if is_dataclass(batch) and not isinstance(batch, type):
        parts = {name: to_device(value, device) for name, value in vars(batch).items()}
        return replace(batch, **parts)
    if isinstance(batch, dict):
        parts = {key: to_device(value, device) for key, value in batch.items()}
        try:
            out = type(batch)()
            out.update(parts)
        except TypeError:
            return parts
        return out if list(out) == list(parts) else parts
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)._make(to_device(part, device) for part in batch)
    if isinstance(batch, (list, tuple)):
        return type(batch)(to_device(part, device) for part in batch)
    return batch
