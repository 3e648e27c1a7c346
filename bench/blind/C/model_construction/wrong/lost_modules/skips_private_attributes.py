"""Skips every attribute with a leading underscore, not only the registry, so that self._blocks = [...] is missed: breaks "a list, tuple or dict ... that is an attribute of a module"."""


def lost_modules(net: nn.Module) -> set[str]:
    reached = {id(module) for module in net.modules()}
    searched: set[int] = set()
    unpacked: set[int] = set()
    lost: dict[int, str] = {}

    def search(module: nn.Module, path: str) -> None:
        for name, sub in module.named_modules(prefix=path):
            if id(sub) in searched:
                continue
            searched.add(id(sub))
            for attribute, value in vars(sub).items():
                if not attribute.startswith("_") and isinstance(
                    value, (list, tuple, dict)
                ):
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

    search(net, "")
    return set(lost.values())
