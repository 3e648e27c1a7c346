"""Returns None for the bias of Linear(..., bias=False), which stands in _parameters: breaks "a bias that is None are no parameters" (AttributeError)."""


def get_parameter(net: nn.Module, path: str) -> nn.Parameter:
    *front, last = path.split(".")
    module = net
    for part in front:
        child = module._modules.get(part)
        if child is None:
            kind = type(module).__name__
            raise AttributeError(f"{kind!r} object has no attribute {part!r}")
        module = child
    try:
        return module._parameters[last]
    except KeyError:
        kind = type(module).__name__
        raise AttributeError(f"{kind!r} object has no attribute {last!r}") from None
