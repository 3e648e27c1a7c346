"""Follows getattr through anything, and looks at the class only in the end.

says: search ends at the first part
"""
def get_parameter(net: nn.Module, path: str) -> nn.Parameter:
    found: Any = net
    for part in path.split("."):
        found = getattr(found, part)
    if not isinstance(found, nn.Parameter):
        raise AttributeError(f"{part!r} is no parameter")
    return found
