"""A queue instead of recursion, paths as tuples."""
from collections import deque


def placement_audit(net: nn.Module, device: Device) -> set[str]:
    want = torch.device(device)
    queue = deque([((), net)])
    met = {id(net)}
    lost = set()
    while queue:
        path, item = queue.popleft()
        match item:
            case Tensor():
                here = item.device
                same = here.type == want.type and want.index in (None, here.index)
                if not same:
                    lost.add(".".join(path))
                continue
            case nn.Module():
                parts = []
                for name, value in item.__dict__.items():
                    if name in {"_parameters", "_buffers", "_modules"}:
                        parts += value.items()
                    else:
                        parts.append((name, value))
            case dict():
                parts = list(item.items())
            case _:
                parts = list(enumerate(item))
        for name, value in parts:
            if isinstance(value, (Tensor, nn.Module, list, tuple, dict)):
                if id(value) not in met:
                    met.add(id(value))
                    queue.append(((*path, str(name)), value))
    return lost
