"""Breadth first over a queue of holders, with tuples of names for paths, and structural pattern matching."""

import collections


def _edges(thing):
    match thing:
        case nn.Module():
            inner = dict(vars(thing))
            for table in ("_parameters", "_buffers", "_modules"):
                yield from inner.pop(table, {}).items()
            yield from inner.items()
        case dict():
            yield from thing.items()
        case list() | tuple():
            yield from enumerate(thing)


def placement_audit(net: nn.Module, device: Device) -> set[str]:
    goal = torch.device(device)
    wanted = (goal.type, goal.index or 0)
    known = {id(net): net}
    strays = []
    queue = collections.deque([((), net)])
    while queue:
        trail, holder = queue.popleft()
        for label, part in _edges(holder):
            if not isinstance(part, Tensor | nn.Module | dict | list | tuple):
                continue
            if id(part) in known:
                continue
            known[id(part)] = part
            here = (*trail, str(label))
            if isinstance(part, Tensor):
                at = part.device
                place = (at.type, wanted[1] if goal.index is None else at.index or 0)
                if place != wanted:
                    strays.append(here)
            else:
                queue.append((here, part))
    return {".".join(trail) for trail in strays}
