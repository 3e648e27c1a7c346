"""Asks the module that has the container what it reaches, not the network: breaks "and
`net.modules()` does not reach it".

says: net.modules
"""
from collections import deque


def lost_modules(net: nn.Module) -> set[str]:
    own = vars(nn.Module()).keys()
    queue = deque(net.named_modules())
    lost: dict[nn.Module, str] = {}
    seen: set[int] = set()

    def search(value: Any, path: str, reached: set[nn.Module]) -> None:
        if not isinstance(value, (list, tuple, dict)) or id(value) in seen:
            return
        seen.add(id(value))
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            where = f"{path}.{key}"
            if not isinstance(item, nn.Module):
                search(item, where, reached)
            elif item not in reached and item not in lost:
                lost[item] = where
                queue.extend(item.named_modules(prefix=where))

    while queue:
        prefix, module = queue.popleft()
        reached = set(module.modules())
        for name, value in vars(module).items():
            if name not in own:
                search(value, f"{prefix}.{name}" if prefix else name, reached)
    return set(lost.values())
