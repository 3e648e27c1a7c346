"""Generators yield the paths, and one helper turns every container into pairs."""
def lost_modules(net: nn.Module) -> set[str]:
    return set(_inside(net, "", {id(module) for module in net.modules()}))


def _pairs(container: Any) -> list[tuple[Any, Any]]:
    if isinstance(container, dict):
        return list(dict.items(container))
    return list(enumerate(container)) if isinstance(container, (list, tuple)) else []


def _inside(root: nn.Module, prefix: str, met: set[int]) -> Iterator[str]:
    torchs_own = set(vars(nn.Module()))
    for name, module in root.named_modules(prefix=prefix):
        for attribute, value in list(vars(module).items()):
            if attribute not in torchs_own:
                yield from _held(value, ".".join(filter(None, (name, attribute))), met)


def _held(container: Any, path: str, met: set[int]) -> Iterator[str]:
    pairs = _pairs(container)
    if not pairs or id(container) in met:
        return
    met.add(id(container))
    for key, value in pairs:
        below = f"{path}.{key}"
        if not isinstance(value, nn.Module):
            yield from _held(value, below, met)
        elif id(value) not in met:
            met.add(id(value))
            yield below
            yield from _inside(value, below, met)
