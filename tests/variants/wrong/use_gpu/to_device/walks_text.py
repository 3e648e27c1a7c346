"""Takes a text for a sequence.

says: calls itself without end
"""
from collections.abc import Sequence

_right = to_device


def to_device(batch, device):
    if isinstance(batch, Sequence) and not hasattr(batch, "_fields"):
        parts = [to_device(v, device) for v in batch]
        return parts if isinstance(batch, list) else tuple(parts)
    if isinstance(batch, dict):
        return {k: to_device(v, device) for k, v in batch.items()}
    return _right(batch, device)
