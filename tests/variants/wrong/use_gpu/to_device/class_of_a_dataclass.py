"""Takes the class of a dataclass for an instance (is_dataclass is true of both) and
raises TypeError ("whatever is no tensor is returned itself too").

says: is_dataclass is true of the class itself
"""

def to_device(batch: Any, device: Device) -> Any:
    if isinstance(batch, Tensor):
        return batch.to(device)
    if is_dataclass(batch):
        moved = {f.name: to_device(getattr(batch, f.name), device) for f in fields(batch)}
        return replace(batch, **moved)
    if isinstance(batch, dict):
        return {key: to_device(value, device) for key, value in batch.items()}
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*(to_device(value, device) for value in batch))
    if isinstance(batch, list | tuple):
        return type(batch)(to_device(value, device) for value in batch)
    return batch
