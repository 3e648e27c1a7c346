"""Recursive, on the registries of nn.Module."""
def get_parameter(net, path):
    head, dot, rest = path.partition(".")
    if not dot:
        if net._parameters.get(head) is None:
            raise AttributeError("no parameter " + head)
        return net._parameters[head]
    if net._modules.get(head) is None:
        raise AttributeError("no module " + head)
    return get_parameter(net._modules[head], rest)
