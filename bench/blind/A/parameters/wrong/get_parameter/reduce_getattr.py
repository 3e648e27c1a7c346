"""Follows getattr whatever the object is and looks at the class only in the end, so "0.weight.foo"
blames foo, not weight, the first part that names no submodule, against "the first such part and
none behind it".

slip: followed getattr through anything
"""


def get_parameter(net: nn.Module, path: str) -> nn.Parameter:
    found: Any = net
    for part in path.split("."):
        found = getattr(found, part)
    if not isinstance(found, nn.Parameter):
        raise AttributeError(f"{part!r} is no parameter")
    return found
