"""Walks through the attributes of any object and through sets ("through modules and their attributes, lists, tuples and dicts").

says: lead on, nothing else
"""

_right_parts = _parts_of


def _parts_of(node: Any) -> Iterable[tuple[Any, Any]]:
    match node:
        case nn.Module() | dict() | list() | tuple():
            return _right_parts(node)
        case set():
            return enumerate(node)
    if isinstance(node, (type, Tensor)):
        return ()
    return getattr(node, "__dict__", {}).items()
