"""A list of what is left to visit; what classes hold counts, too."""
def _children(thing):
    """Yield (name, part) of all that one step leads to."""
    match thing:
        case nn.Module():
            own = vars(thing)
            for name, part in own.items():
                if name in ("_parameters", "_buffers", "_modules"):
                    yield from part.items()
                else:
                    yield name, part
            for cls in type(thing).__mro__:  # class attributes are attributes too
                if cls is nn.Module:
                    break
                for name, part in vars(cls).items():
                    if name not in own and not name.startswith("__"):
                        yield name, part
    match thing:
        case dict():
            yield from thing.items()
        case list() | tuple():
            yield from enumerate(thing)


def placement_audit(net: nn.Module, device: Device) -> set[str]:
    wanted = torch.device(device)
    found: dict[int, str] = {}
    visited: dict[int, Any] = {}
    todo: list[tuple[str, Any]] = [("", net)]
    while todo:
        path, thing = todo.pop()
        if id(thing) in visited:
            continue
        visited[id(thing)] = thing
        if isinstance(thing, Tensor):
            if not _is_on(thing, wanted):
                found[id(thing)] = path
            continue
        for name, part in _children(thing):
            todo.append((f"{path}.{name}" if path else f"{name}", part))
    return set(found.values())
