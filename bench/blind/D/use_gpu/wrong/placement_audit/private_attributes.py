"""Skips attributes that begin with an underscore, as self._mask ("tensors in plain attributes", "everything counts that can be reached")."""

def _parts(holder: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(holder, nn.Module):
        for name, value in vars(holder).items():
            if name in ("_parameters", "_buffers", "_modules"):
                yield from value.items()
            elif not name.startswith("_"):
                yield name, value
    elif isinstance(holder, dict):
        for key, value in holder.items():
            yield str(key), value
    elif isinstance(holder, list | tuple):
        for position, value in enumerate(holder):
            yield str(position), value


def placement_audit(net: nn.Module, device: Device) -> set[str]:
    device = torch.device(device)
    seen, found = set(), set()

    def elsewhere(tensor: Tensor) -> bool:
        if tensor.device.type != device.type:
            return True
        return device.index is not None and (tensor.device.index or 0) != device.index

    def visit(value: Any, path: str) -> None:
        if id(value) in seen:
            return
        if isinstance(value, Tensor):
            seen.add(id(value))
            if elsewhere(value):
                found.add(path)
        elif isinstance(value, nn.Module | dict | list | tuple):
            seen.add(id(value))
            for name, part in _parts(value):
                visit(part, f"{path}.{name}" if path else name)

    visit(net, "")
    return found
