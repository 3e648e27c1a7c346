"""Walks registered tensors and plain attributes apart, so a parameter that also sits in a plain list is listed twice ("A tensor with several paths is listed once").

says: remember the id of every tensor
"""

def _parts(holder: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(holder, nn.Module):
        for name, value in vars(holder).items():
            if name == "_modules":
                yield from value.items()
            elif name not in ("_parameters", "_buffers"):
                yield name, value
    elif isinstance(holder, dict):
        for key, value in holder.items():
            yield str(key), value
    elif isinstance(holder, list | tuple):
        for position, value in enumerate(holder):
            yield str(position), value


def placement_audit(net: nn.Module, device: Device) -> set[str]:
    device = torch.device(device)
    seen, registered, found = set(), set(), set()

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
            if isinstance(value, nn.Module):
                for name, tensor in (value._parameters | value._buffers).items():
                    if tensor is not None and id(tensor) not in registered:
                        registered.add(id(tensor))
                        if elsewhere(tensor):
                            found.add(f"{path}.{name}" if path else name)
            for name, part in _parts(value):
                visit(part, f"{path}.{name}" if path else name)

    visit(net, "")
    return found
