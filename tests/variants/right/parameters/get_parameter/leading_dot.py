"""Takes an empty front for the network itself, so that ".weight" is found, which is
left open.
"""


def get_parameter(net: nn.Module, path: str) -> nn.Parameter:
    def missing(module: nn.Module, part: str) -> AttributeError:
        kind = type(module).__name__
        return AttributeError(f"{kind!r} object has no attribute {part!r}")

    front, _, last = path.rpartition(".")
    module = net
    for part in front.split(".") if front else ():
        child = module._modules.get(part)
        if child is None:
            raise missing(module, part)
        module = child
    param = module._parameters.get(last)
    if param is None:
        raise missing(module, last)
    return param
