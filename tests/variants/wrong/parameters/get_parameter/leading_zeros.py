"""Digits may have zeros before them.

says: digits that are another name
"""
def get_parameter(net, path):
    *parts, last = path.split(".")
    m = net
    for part in parts:
        name = str(int(part)) if part.isdigit() else part
        if m._modules.get(name) is None:
            raise AttributeError(f"no {part!r}")
        m = m._modules[name]
    if m._parameters.get(last) is None:
        raise AttributeError(f"no {last!r}")
    return m._parameters[last]
