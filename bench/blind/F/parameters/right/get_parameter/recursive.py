"""Unusual: recursion over str.partition, with one table look-up per part."""

def get_parameter(net: nn.Module, path: str) -> nn.Parameter:
    part, dot, behind = path.partition(".")
    table = net._modules if dot else net._parameters
    match table.get(part):
        case None:
            raise AttributeError(f"{type(net).__name__!r} object has no attribute {part!r}")
        case found:
            return get_parameter(found, behind) if dot else found
