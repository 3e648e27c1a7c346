"""Drops empty parts, so "0..weight" and "0.weight." find a parameter ("AttributeError:
a part names no such thing"; only a leading dot is left open).

says: for a part without a letter
"""


def get_parameter(net: nn.Module, path: str) -> nn.Parameter:
    parts = [part for part in path.split(".") if part]
    module = net
    for i, part in enumerate(parts, 1):
        table = module._parameters if i == len(parts) else module._modules
        found = table.get(part)
        if found is None:
            raise AttributeError(
                f"{type(module).__name__!r} object has no attribute {part!r}"
            )
        module = found
    if module is net:
        raise AttributeError(f"{type(net).__name__!r} object has no attribute ''")
    return module
