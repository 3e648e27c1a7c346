"""Returns a list, once for every place.

says: paths come as a set
"""
def lost_modules(net):
    own = vars(nn.Module())
    registered = set(net.modules())
    lost = []

    def search(value, path, above):
        if id(value) in above:
            return
        above = {*above, id(value)}
        if isinstance(value, nn.Module):
            if value in registered:
                return
            lost.append(path)
            search_module(value, path, above)
        elif isinstance(value, (list, tuple, dict)):
            pairs = value.items() if isinstance(value, dict) else enumerate(value)
            for key, item in pairs:
                search(item, f"{path}.{key}", above)

    def search_module(module, path, above):
        for name, submodule in module.named_modules(prefix=path):
            for key, value in vars(submodule).items():
                if key not in own:
                    search(value, f"{name}.{key}" if name else key, above)

    search_module(net, "", set())
    return lost
