"""Repairs the network while it searches.

says: net stays as it is
"""
_search = lost_modules


def lost_modules(net):
    found = _search(net)
    for path in found:
        module = net
        for step in path.split("."):
            if isinstance(module, (list, tuple)):
                module = module[int(step)]
            elif isinstance(module, dict):
                module = {str(k): v for k, v in module.items()}[step]
            else:
                module = getattr(module, step)
        net.add_module(path.replace(".", "_"), module)
    return found
