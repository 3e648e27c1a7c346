"""Leaves out lost modules that another lost one brings back; class attributes too."""
def _containers(module):
    taken = set(nn.Module().__dict__)
    classes = [c for c in type(module).__mro__ if c not in nn.Module.__mro__]
    for namespace in [vars(module), *map(vars, classes)]:
        for name, value in list(namespace.items()):
            if name not in taken and isinstance(value, list | tuple | dict):
                taken.add(name)
                yield name, value


def _contents(module):
    stack = [((name,), value) for name, value in _containers(module)]
    seen = set()
    while stack:
        path, value = stack.pop()
        if isinstance(value, nn.Module):
            yield path, value
        elif isinstance(value, list | tuple | dict) and id(value) not in seen:
            seen.add(id(value))
            pairs = value.items() if isinstance(value, dict) else enumerate(value)
            stack.extend(((*path, str(key)), entry) for key, entry in list(pairs))


def lost_modules(net):
    reached = {id(m) for m in net.modules()}
    lost, done = {}, set()
    agenda = list(net.named_modules())
    while agenda:
        name, module = agenda.pop()
        if id(module) in done:
            continue
        done.add(id(module))
        for path, entry in _contents(module):
            if id(entry) not in reached and id(entry) not in lost:
                full = ".".join((name, *path) if name else path)
                lost[id(entry)] = (full, entry)
                agenda.extend(entry.named_modules(prefix=full))

    below = {key: {id(m) for m in module.modules()} for key, (_, module) in lost.items()}
    rank = {key: i for i, key in enumerate(lost)}

    def comes_back_with(key, other):
        if key == other or key not in below[other]:
            return False
        return other not in below[key] or rank[other] < rank[key]

    return {
        path
        for key, (path, _) in lost.items()
        if not any(comes_back_with(key, other) for other in lost)
    }
