"""Compares the types of devices alone, also when the device has an index ("not on device"; only "a device without an index ... stands for every device of its type")."""

def _parts(holder: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(holder, nn.Module):
        for name, value in vars(holder).items():
            if name in ("_parameters", "_buffers", "_modules"):
                yield from value.items()
            else:
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
        return tensor.device.type != device.type

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
