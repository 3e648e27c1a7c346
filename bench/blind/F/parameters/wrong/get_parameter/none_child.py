"""Walks into a submodule that is registered as None, so the error does not name that part ("Its message has the first such part and none behind it")."""

def get_parameter(net: nn.Module, path: str) -> nn.Parameter:
    *parts, last = path.split(".")
    module = net
    for part in parts:
        if part not in module._modules:
            raise AttributeError(f"{type(module).__name__!r} object has no submodule {part!r}")
        module = module._modules[part]
    p = module._parameters.get(last)
    if p is None:
        raise AttributeError(f"{type(module).__name__!r} object has no attribute {last!r}")
    return p
