"""Knows a tied weight under its first name only.

says: leave out repeats
"""
def get_parameter(net: nn.Module, path: str) -> nn.Parameter:
    found = dict(net.named_parameters())
    if path in found:
        return found[path]
    module = net
    for part in path.split("."):
        child = module._modules.get(part)
        if child is None:
            raise AttributeError(f"{type(module).__name__!r} object has no attribute {part!r}")
        module = child
    raise AttributeError(f"{part!r} is a submodule")
