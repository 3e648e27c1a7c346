"""Unusual: NamedTuple rows, collected by walking the modules and their _parameters by hand, shared ones told apart by identity."""

from typing import NamedTuple


class _Row(NamedTuple):
    name: str
    shape: tuple
    numel: int
    trainable: bool


def _rows(net: nn.Module) -> Iterator[_Row]:
    met: set[int] = set()
    for path, module in net.named_modules():
        for last, p in module._parameters.items():
            if p is None or id(p) in met:
                continue
            met.add(id(p))
            yield _Row(f"{path}.{last}" if path else last, (*p.shape,), p.numel(), p.requires_grad)


def parameter_table(net: nn.Module) -> list[tuple[str, tuple[int, ...], int, bool]]:
    return [*_rows(net)]
