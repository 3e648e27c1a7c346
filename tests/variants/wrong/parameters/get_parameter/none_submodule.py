"""Walks on into a submodule registered as None, so the message names `_modules` or
`_parameters` of NoneType instead of the part ("Its message has the first such
part").

says: for a module that is None
"""


def get_parameter(net: nn.Module, path: str) -> nn.Parameter:
    *parents, last = path.split(".")
    module = net
    for part in parents:
        if part not in module._modules:
            raise AttributeError(
                f"{type(module).__name__!r} object has no attribute {part!r}"
            )
        module = module._modules[part]
    if module._parameters.get(last) is None:
        raise AttributeError(
            f"{type(module).__name__!r} object has no attribute {last!r}"
        )
    return module._parameters[last]
