"""Compares the exact type, so an OrderedDict, defaultdict or namedtuple is not searched ("a list, tuple or dict")."""

from collections import deque


def lost_modules(net: nn.Module) -> set[str]:
    own = vars(nn.Module()).keys()
    reached = set(net.modules())
    queue = deque(net.named_modules())
    lost: dict[nn.Module, str] = {}
    seen: set[int] = set()

    def search(value: Any, path: str) -> None:
        if type(value) not in (list, tuple, dict) or id(value) in seen:
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
            if name not in own:
                search(value, f"{prefix}.{name}" if prefix else name)
    return set(lost.values())
