"""Breadth first with pattern matching; what was met stands in a dict by identity."""

from collections import deque
from itertools import chain

_REGISTRIES = ("_parameters", "_buffers", "_modules")


def placement_audit(net: nn.Module, device: Device) -> set[str]:
    wanted = torch.device(device)
    met: dict[int, object] = {id(net): net}
    queue: deque[tuple[tuple, object]] = deque([((), net)])
    astray: list[tuple] = []
    while queue:
        path, thing = queue.popleft()
        match thing:
            case Tensor(device=torch.device(type=kind, index=index)):
                if kind != wanted.type or wanted.index not in (None, index):
                    astray.append(path)
                parts = ()
            case nn.Module():
                state = vars(thing)
                parts = chain(
                    *(state[name].items() for name in _REGISTRIES),
                    (item for item in state.items() if item[0] not in _REGISTRIES),
                )
            case dict():
                parts = thing.items()
            case list() | tuple():
                parts = enumerate(thing)
            case _:
                parts = ()
        for key, part in parts:
            if id(part) not in met:
                met[id(part)] = part
                queue.append(((*path, key), part))
    return {".".join(map(str, path)) for path in astray}
