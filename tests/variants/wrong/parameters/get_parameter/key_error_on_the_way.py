"""Looks submodules up in the registry without a check.

says: dict raises KeyError
"""
def get_parameter(net: nn.Module, path: str) -> nn.Parameter:
    *parts, last = path.split(".")
    module = net
    for part in parts:
        module = module._modules[part]
    p = module._parameters.get(last)
    if p is None:
        raise AttributeError(f"{type(module).__name__!r} object has no attribute {last!r}")
    return p
