"""Takes digits for an index into a Sequential, not a name, which differs once its
names are not 0, 1, 2 ... ("Every part of the path but the last names a submodule").

says: for names out of order
"""


def get_parameter(net: nn.Module, path: str) -> nn.Parameter:
    *parents, last = path.split(".")
    module = net
    for part in parents:
        child = None
        if part.isdigit() and isinstance(module, nn.Sequential | nn.ModuleList):
            if int(part) < len(module):
                child = module[int(part)]
        else:
            child = module._modules.get(part)
        if child is None:
            raise AttributeError(
                f"{type(module).__name__!r} object has no attribute {part!r}"
            )
        module = child
    found = module._parameters.get(last)
    if found is None:
        raise AttributeError(
            f"{type(module).__name__!r} object has no attribute {last!r}"
        )
    return found
