"""A match statement on the shape of the data, with the dataclass built by a call of its
class with all fields by keyword and named tuples by _make."""

def to_device(batch: Any, device: Device) -> Any:
    def moved(parts):
        return [to_device(part, device) for part in parts]

    match batch:
        case Tensor():
            return batch.to(device)
        case dict():
            return dict(zip(batch, moved(batch.values()), strict=True))
        case tuple(_fields=_, _make=make):
            return make(moved(batch))
        case list() | tuple():
            return type(batch)(moved(batch))
        case type():
            return batch
        case object(__dataclass_fields__=_):
            names = [field.name for field in fields(batch)]
            values = moved(getattr(batch, name) for name in names)
            return type(batch)(**dict(zip(names, values, strict=True)))
    return batch
