"""A recursion that asks each container for its parts and a way back."""
import copy as _copy


def _open(item: Any) -> tuple[list[Any], Callable[[list[Any]], Any]] | None:
    kind = type(item)
    if isinstance(item, list):
        return item, kind
    if isinstance(item, tuple):
        if hasattr(kind, "_fields"):
            return list(item), lambda parts: kind(*parts)
        return list(item), kind
    if isinstance(item, dict):

        def refill(parts: list[Any]) -> dict:
            new = _copy.copy(item)
            new.update(zip(item.keys(), parts))
            return new

        return list(item.values()), refill
    if is_dataclass(item) and not isinstance(item, type):
        names = [f.name for f in fields(item)]

        def redo(parts: list[Any]) -> Any:
            new = _copy.copy(item)
            for name, part in zip(names, parts):
                object.__setattr__(new, name, part)
            return new

        return [getattr(item, name) for name in names], redo
    return None


def to_device(batch: Any, device: Device) -> Any:
    if torch.is_tensor(batch):
        return batch.to(device)
    opened = _open(batch)
    if opened is None:
        return batch
    parts, close = opened
    return close([to_device(part, device) for part in parts])
