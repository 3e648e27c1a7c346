"""One work list of (path, object, sits in a container) instead of recursion, with the registry taken as plain edges of the graph."""

from collections import deque


def lost_modules(net: nn.Module) -> set[str]:
    reached = {*map(id, net.modules())}
    lost: dict[int, tuple[str, ...]] = {}
    expanded: set[int] = set()
    # The net's own modules come first, under their own names.
    work = deque(
        ((*filter(None, name.split(".")),), m, False) for name, m in net.named_modules()
    )
    while work:
        path, thing, contained = work.popleft()
        if isinstance(thing, nn.Module) and contained and id(thing) not in reached:
            lost.setdefault(id(thing), path)
        if id(thing) in expanded:
            continue
        match thing:
            case nn.Module():
                edges = [
                    (k, v, False) for k, v in thing._modules.items() if v is not None
                ]
                edges += [
                    (k, v, False)
                    for k, v in thing.__dict__.items()
                    if k != "_modules" and isinstance(v, (list, tuple, dict))
                ]
            case dict():
                edges = [(k, v, True) for k, v in thing.items()]
            case list() | tuple():
                edges = [(k, v, True) for k, v in enumerate(thing)]
            case _:
                continue
        expanded.add(id(thing))
        work.extend(((*path, str(key)), value, inside) for key, value, inside in edges)
    return {".".join(path) for path in lost.values()}
