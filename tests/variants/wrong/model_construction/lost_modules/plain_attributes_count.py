"""A module that is an unregistered attribute itself is listed as well: breaks "if it
sits in a list, tuple or dict".

says: only if it sits in a list
"""
def lost_modules(net: nn.Module) -> set[str]:
    own = vars(nn.Module()).keys()
    met = {id(module) for module in net.modules()}
    lost: set[str] = set()

    def search(value: Any, path: str) -> None:
        if id(value) in met:
            return
        if isinstance(value, nn.Module):
            met.add(id(value))
            lost.add(path)
            enter(value, path)
        elif isinstance(value, (list, tuple)):
            met.add(id(value))
            for i, item in enumerate(value):
                search(item, f"{path}.{i}")
        elif isinstance(value, dict):
            met.add(id(value))
            for key, item in value.items():
                search(item, f"{path}.{key}")

    def enter(module: nn.Module, prefix: str) -> None:
        for name, part in module.named_modules(prefix=prefix):
            for attribute, value in vars(part).items():
                if attribute not in own:
                    search(value, f"{name}.{attribute}" if name else attribute)

    enter(net, "")
    return lost
