"""No recursion: one stack of (path, thing, is registered) for modules and containers alike; lost ones are found last in, first out."""

def lost_modules(net: nn.Module) -> set[str]:
    private = set(vars(nn.Module()))
    visited = {id(module) for module in net.modules()}
    listed: dict[int, str] = {}
    stack: list[tuple[tuple[str, ...], Any]] = []

    def push_attributes(path: tuple[str, ...], module: nn.Module) -> None:
        for name in vars(module).keys() - private:
            value = vars(module)[name]
            if isinstance(value, (list, tuple, dict)):
                stack.append(((*path, name), value))

    for name, module in net.named_modules():
        push_attributes((name,) if name else (), module)
    reached = frozenset(visited)
    while stack:
        path, container = stack.pop()
        if id(container) in visited:
            continue
        visited.add(id(container))
        pairs = container.items() if isinstance(container, dict) else enumerate(container)
        for key, item in pairs:
            inner = (*path, str(key))
            if isinstance(item, (list, tuple, dict)):
                stack.append((inner, item))
            elif isinstance(item, nn.Module) and id(item) not in reached | listed.keys():
                listed[id(item)] = ".".join(inner)
                for name, module in item.named_modules():
                    push_attributes((*inner, name) if name else inner, module)
    return set(listed.values())
