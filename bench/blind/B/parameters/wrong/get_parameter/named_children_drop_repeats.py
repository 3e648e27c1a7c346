"""Walks by dict(named_children()), which leaves out a child that is there under another name
already, so "2.weight" of a module used twice is not found, against "A shared parameter is found
under each of its names".

slip: lost a module's second name on the way
"""


def get_parameter(net: nn.Module, path: str) -> nn.Parameter:
    *parts, last = path.split(".")
    module = net
    for part in parts:
        children = dict(module.named_children())
        if part not in children:
            raise AttributeError(f"{type(module).__name__!r} object has no attribute {part!r}")
        module = children[part]
    p = module._parameters.get(last)
    if p is None:
        raise AttributeError(f"{type(module).__name__!r} object has no attribute {last!r}")
    return p
