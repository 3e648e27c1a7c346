"""Unusual: looks the path up among all names of the network and looks for the culprit
only after a miss.
"""


def get_parameter(net: nn.Module, path: str) -> nn.Parameter:
    table = dict(net.named_parameters(remove_duplicate=False))
    if path in table:
        return table[path]
    modules = dict(net.named_modules(remove_duplicate=False))
    owner, name = net, ""
    *parents, culprit = path.split(".")
    for part in parents:
        name = f"{name}.{part}" if name else part
        if name not in modules:
            culprit = part
            break
        owner = modules[name]
    raise AttributeError(f"{type(owner).__name__!r} object has no attribute {culprit!r}")
