"""Searches the own attributes of a lost module but not those of its registered submodules: breaks "and lost modules too, with their registered submodules"."""


def lost_modules(net: nn.Module) -> set[str]:
    reached = {id(module) for module in net.modules()}
    searched: set[int] = set()
    unpacked: set[int] = set()
    lost: dict[int, str] = {}

    def search(module: nn.Module, path: str) -> None:
        for name, sub in [(path, module)]:
            if id(sub) in searched:
                continue
            searched.add(id(sub))
            for attribute, value in vars(sub).items():
                if attribute != "_modules" and isinstance(value, (list, tuple, dict)):
                    unpack(value, f"{name}.{attribute}" if name else attribute)

    def unpack(container: Any, path: str) -> None:
        if id(container) in unpacked:
            return
        unpacked.add(id(container))
        is_dict = isinstance(container, dict)
        for key, value in container.items() if is_dict else enumerate(container):
            place = f"{path}.{key}"
            if isinstance(value, (list, tuple, dict)):
                unpack(value, place)
            elif isinstance(value, nn.Module):
                if id(value) not in reached and id(value) not in lost:
                    lost[id(value)] = place
                    search(value, place)

    for name, module in net.named_modules():
        search(module, name)
    return set(lost.values())
