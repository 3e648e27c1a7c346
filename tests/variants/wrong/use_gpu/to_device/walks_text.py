"""Takes a text for a sequence.

says: calls itself without end
"""
from collections.abc import Sequence

_right = to_device


def to_device(batch, device):
    if isinstance(batch, Sequence) and not hasattr(batch, "_fields"):
        parts = [to_device(v, device) for v in batch]
        return (type(batch) if isinstance(batch, (list, tuple)) else tuple)(parts)
    if isinstance(batch, dict):
        return {k: to_device(v, device) for k, v in batch.items()}
    return _right(batch, device)
