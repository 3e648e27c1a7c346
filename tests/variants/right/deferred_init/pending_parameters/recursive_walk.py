"""a recursive generator over the registries of the modules, with its own memory of what it has seen; a placeholder is what still has `materialize`."""


def _walk(module: nn.Module, prefix: str, seen: set[int]) -> Iterator[str]:
    if id(module) in seen:
        return
    seen.add(id(module))
    for name, p in module._parameters.items():
        if p is not None and id(p) not in seen:
            seen.add(id(p))
            if hasattr(p, "materialize"):
                yield prefix + name
    for name, child in module._modules.items():
        if child is not None:
            yield from _walk(child, f"{prefix}{name}.", seen)


def pending_parameters(net: nn.Module) -> list[str]:
    return [*_walk(net, "", set())]
