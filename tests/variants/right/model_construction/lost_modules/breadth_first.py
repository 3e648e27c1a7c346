"""Unusual: a breadth-first search with one queue for modules and containers alike, over ids, that tells them apart as it goes."""

from collections import deque


def lost_modules(net: nn.Module) -> set[str]:
    internal = frozenset(vars(nn.Module()))
    visible = {id(m) for m in net.modules()}
    done: set[int] = set()
    answer: list[str] = []
    # (path, thing, sits in a container)
    queue: deque[tuple[tuple[str, ...], Any, bool]] = deque(
        (tuple(filter(None, [name])), m, False) for name, m in net.named_modules()
    )
    listed: set[int] = set()
    while queue:
        path, thing, contained = queue.popleft()
        is_module = isinstance(thing, nn.Module)
        if is_module and contained and id(thing) not in visible | listed:
            listed.add(id(thing))
            answer.append(".".join(path))
        if id(thing) in done:
            continue
        done.add(id(thing))
        if is_module:
            for name, child in thing.named_children():
                queue.append(((*path, name), child, False))
            for name, value in vars(thing).items():
                if name not in internal and isinstance(value, (list, tuple, dict)):
                    queue.append(((*path, name), value, True))
        elif isinstance(thing, (list, tuple, dict)):
            pairs = thing.items() if isinstance(thing, dict) else enumerate(thing)
            queue.extend(((*path, str(key)), value, True) for key, value in pairs)
    return set(answer)
