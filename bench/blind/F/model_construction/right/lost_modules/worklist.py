"""Unusual: one flat worklist of (path, object), no recursion; modules put their attributes on it, containers their items."""

from collections import deque


def lost_modules(net: nn.Module) -> set[str]:
    plumbing = vars(nn.Module()).keys()
    reached = set(map(id, net.modules()))
    found: dict[int, str] = {}
    expanded: set[int] = set()
    work: deque[tuple[tuple[str, ...], Any]] = deque()

    def open_module(path: tuple[str, ...], module: nn.Module) -> None:
        for sub, inner in module.named_modules():
            if id(inner) in expanded:
                continue
            expanded.add(id(inner))
            where = path + ((sub,) if sub else ())
            for attribute, value in vars(inner).items():
                if attribute not in plumbing and isinstance(value, (list, tuple, dict)):
                    work.append(((*where, attribute), value))

    open_module((), net)
    while work:
        path, thing = work.popleft()
        if isinstance(thing, nn.Module):
            if id(thing) not in reached and id(thing) not in found:
                found[id(thing)] = ".".join(path)
                open_module(path, thing)
        elif isinstance(thing, (list, tuple, dict)) and id(thing) not in expanded:
            expanded.add(id(thing))
            items = thing.items() if isinstance(thing, dict) else enumerate(thing)
            work.extend(((*path, str(key)), item) for key, item in items)
    return set(found.values())
