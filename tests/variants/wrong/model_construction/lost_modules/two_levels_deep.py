"""Looks into a container and into the containers in it, no further: breaks "at any
depth".

says: containers in containers are searched
"""
def lost_modules(net: nn.Module) -> set[str]:
    own = vars(nn.Module()).keys()
    met = {id(module) for module in net.modules()}
    lost: set[str] = set()

    def search(value: Any, path: str, depth: int = 0) -> None:
        if id(value) in met:
            return
        if isinstance(value, nn.Module):
            met.add(id(value))
            lost.add(path)
            enter(value, path)
        elif depth < 2 and isinstance(value, (list, tuple)):
            met.add(id(value))
            for i, item in enumerate(value):
                search(item, f"{path}.{i}", depth + 1)
        elif depth < 2 and isinstance(value, dict):
            met.add(id(value))
            for key, item in value.items():
                search(item, f"{path}.{key}", depth + 1)

    def enter(module: nn.Module, prefix: str) -> None:
        for name, part in module.named_modules(prefix=prefix):
            for attribute, value in vars(part).items():
                if attribute not in own and isinstance(value, (list, tuple, dict)):
                    search(value, f"{name}.{attribute}" if name else attribute)

    enter(net, "")
    return lost
