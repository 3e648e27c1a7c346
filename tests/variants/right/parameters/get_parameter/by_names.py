"""Looks each part up among all names of modules and parameters."""
def get_parameter(net, path):
    head, dot, tail = path.partition(".")
    if not dot:
        own = dict(net.named_parameters(recurse=False, remove_duplicate=False))
        try:
            return own[head]
        except KeyError:
            raise AttributeError(f"part 1 of the path, {head!r}, is unknown") from None
    below = dict(net.named_modules(remove_duplicate=False))
    if not head or head not in below:
        raise AttributeError(f"part 1 of the path, {head!r}, is unknown")
    return get_parameter(below[head], tail)
