"""A table of rules, tried in turn; containers are rebuilt without their constructors."""

import copy
import dataclasses


def to_device(batch: Any, device: Device) -> Any:
    def fields_of(value):
        return {f.name: move(getattr(value, f.name)) for f in dataclasses.fields(value)}

    def rebuilt_tuple(value):
        moved = [move(part) for part in value]
        try:
            result = tuple.__new__(type(value), moved)
        except TypeError:  # classes made in C: torch.Size, torch.return_types
            return type(value)(moved)
        if hasattr(result, "__dict__"):
            vars(result).update(vars(value))
        return result

    def rebuilt_list(value):
        result = copy.copy(value)
        list.__setitem__(result, slice(None), [move(part) for part in value])
        return result

    rules = [
        (lambda v: isinstance(v, torch.Tensor), lambda v: v.to(device)),
        (lambda v: isinstance(v, type), lambda v: v),
        (dataclasses.is_dataclass, lambda v: type(v)(**fields_of(v))),
        (lambda v: isinstance(v, tuple), rebuilt_tuple),
        (lambda v: isinstance(v, list), rebuilt_list),
        (
            lambda v: isinstance(v, dict),
            lambda v: dict(zip(v.keys(), map(move, v.values()), strict=True)),
        ),
        (lambda v: True, lambda v: v),
    ]

    def move(value):
        return next(act for test, act in rules if test(value))(value)

    return move(batch)
