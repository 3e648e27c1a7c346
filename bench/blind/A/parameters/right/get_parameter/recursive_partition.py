"""A recursion that splits off one part at a time and reads the registries.

slip: recursion over str.partition
"""


def get_parameter(net: nn.Module, path: str) -> nn.Parameter:
    head, dot, tail = path.partition(".")
    registry = vars(net)["_modules" if dot else "_parameters"]
    match registry.get(head):
        case None:
            raise AttributeError(f"{type(net).__name__!r} object has no attribute {head!r}")
        case nn.Module() as child if dot:
            return get_parameter(child, tail)
        case found:
            return found
