"""The message has the whole path, parts behind the wrong one too, against "Its message has the
first such part and none behind it".

slip: put the whole path in the message
"""


def get_parameter(net: nn.Module, path: str) -> nn.Parameter:
    *parts, last = path.split(".")
    module = net
    for part in parts:
        if part not in module._modules or module._modules[part] is None:
            raise AttributeError(f"{path!r} names no parameter: there is no {part!r}")
        module = module._modules[part]
    p = module._parameters.get(last)
    if p is None:
        raise AttributeError(f"{type(module).__name__!r} object has no attribute {last!r}")
    return p
