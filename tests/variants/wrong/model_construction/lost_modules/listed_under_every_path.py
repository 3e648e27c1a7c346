"""A module in two places is listed under both: breaks "listed once, under one of its
paths".

says: each module that is met
"""
def lost_modules(net: nn.Module) -> set[str]:
    own = vars(nn.Module()).keys()
    registered = {id(module) for module in net.modules()}
    met: set[int] = set()
    lost: set[str] = set()

    def search(value: Any, path: str) -> None:
        if id(value) in registered:
            return
        if isinstance(value, nn.Module):
            lost.add(path)
        if id(value) in met:
            return
        if isinstance(value, nn.Module):
            met.add(id(value))
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
                if attribute not in own and isinstance(value, (list, tuple, dict)):
                    search(value, f"{name}.{attribute}" if name else attribute)

    enter(net, "")
    return lost
