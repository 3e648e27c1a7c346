"""No recursion: a queue of values with their paths.

slip: a queue instead of recursion
"""

from collections import deque


def lost_modules(net: nn.Module) -> set[str]:
    hidden_names = set(nn.Module().__dict__)
    done: dict[int, Any] = {id(module): module for module in net.modules()}
    found: set[str] = set()
    work: deque[tuple[tuple[str, ...], Any]] = deque()

    def add_attributes(root: nn.Module, start: tuple[str, ...]) -> None:
        for dotted, module in root.named_modules():
            where = start + ((dotted,) if dotted else ())
            for name in module.__dict__.keys() - hidden_names:
                value = module.__dict__[name]
                if isinstance(value, list | tuple | dict):
                    work.append(((*where, name), value))

    add_attributes(net, ())
    while work:
        where, value = work.popleft()
        if id(value) in done:
            continue
        match value:
            case nn.Module():
                found.add(".".join(where))
                add_attributes(value, where)
            case dict():
                work.extend(((*where, str(key)), item) for key, item in value.items())
            case list() | tuple():
                work.extend(((*where, str(i)), item) for i, item in enumerate(value))
            case _:
                continue
        done[id(value)] = value
    return found
