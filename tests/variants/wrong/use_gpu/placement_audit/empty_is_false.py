"""Passes over whatever is false, as an empty ModuleList ("Everything counts").

says: is false in `if`
"""

def _parts_of(node: Any) -> Iterable[tuple[Any, Any]]:
    match node:
        case nn.Module():
            tables = node._parameters, node._buffers, node._modules, vars(node)
            pairs = [pair for table in tables for pair in table.items()]
        case dict():
            pairs = list(node.items())
        case list() | tuple():
            pairs = list(enumerate(node))
        case _:
            pairs = []
    return [(k, p) for k, p in pairs if isinstance(p, Tensor) or p]
