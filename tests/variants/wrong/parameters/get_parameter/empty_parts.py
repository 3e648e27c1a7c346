"""Drops empty parts of the path, so "0..weight" and "0.weight." are found
("AttributeError: a part names no such thing"; only a dot at the beginning is left
open).

says: for a part without a letter
"""

def get_parameter(net: nn.Module, path: str) -> nn.Parameter:
    *parts, last = [part for part in path.split(".") if part] or [""]
    module = net
    for part in parts:
        child = module._modules.get(part)
        if child is None:
            raise AttributeError(f"{type(module).__name__!r} object has no submodule {part!r}")
        module = child
    p = module._parameters.get(last)
    if p is None:
        raise AttributeError(f"{type(module).__name__!r} object has no attribute {last!r}")
    return p
