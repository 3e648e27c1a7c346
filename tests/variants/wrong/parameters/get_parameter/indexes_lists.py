"""Digits index a ParameterList, a minus sign too.

says: index into a list
"""
def get_parameter(net, path):
    *parts, last = path.split(".")
    m = net
    for part in parts:
        if part not in m._modules or m._modules[part] is None:
            raise AttributeError(f"no {part!r}")
        m = m._modules[part]
    if isinstance(m, nn.ParameterList):
        try:
            return m[int(last)]
        except (ValueError, IndexError):
            raise AttributeError(f"no {last!r}")
    if m._parameters.get(last) is None:
        raise AttributeError(f"no {last!r}")
    return m._parameters[last]
