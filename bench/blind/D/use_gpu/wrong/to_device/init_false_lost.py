"""replace() with the init fields alone: a tensor in a field(init=False) is lost or stays behind ("every tensor in it on device", "built alike")."""

def to_device(batch: Any, device: Device) -> Any:
    if isinstance(batch, Tensor):
        return batch.to(device)
    if isinstance(batch, dict):
        return {key: to_device(value, device) for key, value in batch.items()}
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)._make(to_device(value, device) for value in batch)
    if isinstance(batch, list | tuple):
        return type(batch)(to_device(value, device) for value in batch)
    if is_dataclass(batch) and not isinstance(batch, type):
        moved = {
            field.name: to_device(getattr(batch, field.name), device)
            for field in fields(batch)
            if field.init
        }
        return replace(batch, **moved)
    return batch
