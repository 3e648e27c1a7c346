"""Rows are named tuples; repeats are left out by identity."""
from typing import NamedTuple


class _Row(NamedTuple):
    name: str
    shape: torch.Size
    numel: int
    trainable: bool


def parameter_table(net):
    rows, seen = [], set()
    for name, p in net.named_parameters(remove_duplicate=False):
        if id(p) not in seen:
            seen.add(id(p))
            rows.append(_Row(name, p.shape, p.nelement(), p.requires_grad))
    return rows
