"""Skips every attribute that begins with an underscore, to leave out nn.Module's own ("in a list, tuple or dict, at any depth, that is an attribute of a module")."""

from collections import deque


def lost_modules(net: nn.Module) -> set[str]:
    reached = set(net.modules())
    queue = deque(net.named_modules())
    lost: dict[nn.Module, str] = {}
    seen: set[int] = set()

    def search(value: Any, path: str) -> None:
        if not isinstance(value, (list, tuple, dict)) or id(value) in seen:
            return
        seen.add(id(value))
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            where = f"{path}.{key}"
            if not isinstance(item, nn.Module):
                search(item, where)
            elif item not in reached and item not in lost:
                lost[item] = where
                queue.extend(item.named_modules(prefix=where))

    while queue:
        prefix, module = queue.popleft()
        for name, value in vars(module).items():
            if not name.startswith("_"):
                search(value, f"{prefix}.{name}" if prefix else name)
    return set(lost.values())
