"""Knows a shared module under its first name only.

says: leave out repeats
"""
def get_parameter(net, path):
    *parts, last = path.split(".")
    module = net
    for part in parts:
        children = dict(module.named_children())
        if part not in children:
            raise AttributeError(f"no module {part}")
        module = children[part]
    parameters = dict(module.named_parameters(recurse=False))
    if last not in parameters:
        raise AttributeError(f"no parameter {last}")
    return parameters[last]
