"""Gives what stands before the last dot to net.get_submodule, for which "" is the network, so
".weight" is found like "weight", though "" names no submodule, against "Every part of the path
but the last names a submodule of the module before it".

slip: an empty first part passes for the net
"""


def get_parameter(net: nn.Module, path: str) -> nn.Parameter:
    where, _, last = path.rpartition(".")
    module = net.get_submodule(where)
    p = module._parameters.get(last)
    if p is None:
        raise AttributeError(f"{type(module).__name__!r} object has no attribute {last!r}")
    return p
