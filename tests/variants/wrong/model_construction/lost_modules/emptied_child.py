"""Walks through `_modules` by itself and fails at one that is None: breaks "all of
`net.modules()`".

says: None is no submodule
"""
from collections import deque


def _walk(module: nn.Module, path: str, memo: set[nn.Module]) -> Iterator[tuple[str, nn.Module]]:
    if module in memo:
        return
    memo.add(module)
    yield path, module
    for name, child in module._modules.items():
        yield from _walk(child, f"{path}.{name}" if path else name, memo)


def lost_modules(net: nn.Module) -> set[str]:
    own = vars(nn.Module()).keys()
    reached = set(net.modules())
    queue = deque(_walk(net, "", set()))
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
                queue.extend(_walk(item, where, set()))

    while queue:
        prefix, module = queue.popleft()
        for name, value in vars(module).items():
            if name not in own:
                search(value, f"{prefix}.{name}" if prefix else name)
    return set(lost.values())
