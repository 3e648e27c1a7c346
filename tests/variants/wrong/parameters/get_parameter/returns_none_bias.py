"""Gives the None that the registry has for bias=False.

says: wrong result for a bias that is None
"""
def get_parameter(net: nn.Module, path: str) -> nn.Parameter:
    *parts, last = path.split(".")
    module = net
    for part in parts:
        child = module._modules.get(part)
        if child is None:
            raise AttributeError(f"{type(module).__name__!r} object has no attribute {part!r}")
        module = child
    if last not in module._parameters:
        raise AttributeError(f"{type(module).__name__!r} object has no attribute {last!r}")
    return module._parameters[last]
