"""Looks into the outermost containers only.

says: containers in containers are searched
"""
def lost_modules(net):
    own = vars(nn.Module())
    met = {id(module) for module in net.modules()}
    lost = set()

    def search_module(module, path):
        for name, submodule in module.named_modules(prefix=path):
            for attribute, value in vars(submodule).items():
                if attribute not in own:
                    search(value, f"{name}.{attribute}" if name else attribute)

    def search(value, path):
        if not isinstance(value, (nn.Module, list, tuple, dict)) or id(value) in met:
            return
        met.add(id(value))
        if isinstance(value, nn.Module):
            lost.add(path)
            search_module(value, path)
            return
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            if isinstance(item, nn.Module):
                search(item, f"{path}.{key}")

    search_module(net, "")
    return lost
