"""Unusual: walks `_parameters` and `_modules` with an own recursive generator; rows are named tuples."""

from typing import NamedTuple


class Row(NamedTuple):
    name: str
    shape: tuple[int, ...]
    numel: int
    trainable: bool


def _walk(
    net: nn.Module, prefix: str, seen: set[int]
) -> Iterator[tuple[str, nn.Parameter]]:
    if id(net) in seen:
        return
    seen.add(id(net))
    for key, p in net._parameters.items():
        if p is not None and id(p) not in seen:
            seen.add(id(p))
            yield prefix + key, p
    for key, child in net._modules.items():
        if child is not None:
            yield from _walk(child, f"{prefix}{key}.", seen)


def parameter_table(net: nn.Module) -> list[tuple[str, tuple[int, ...], int, bool]]:
    return [
        Row(name, tuple(p.shape), p.nelement(), p.requires_grad)
        for name, p in _walk(net, "", set())
    ]
