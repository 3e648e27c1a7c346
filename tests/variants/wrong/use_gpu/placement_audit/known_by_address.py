"""Tensors are told apart by data_ptr, which is 0 for every tensor on meta and every empty one, so only one of them is listed ("the paths of the tensors … that are not on `device`").

says: data_ptr\(\) is 0
"""
def placement_audit(net: nn.Module, device: Device) -> set[str]:
    device = torch.device(device)
    seen: set[int] = set()
    found: set[str] = set()

    def placed(tensor: Tensor) -> bool:
        if tensor.device.type != device.type:
            return False
        return device.index is None or tensor.device.index == device.index

    def walk(part: Any, path: str) -> None:
        if not isinstance(part, Tensor | nn.Module | list | tuple | dict):
            return
        key = part.data_ptr() if isinstance(part, Tensor) else id(part)
        if key in seen:
            return
        seen.add(key)
        if isinstance(part, Tensor):
            if not placed(part):
                found.add(path)
            return
        if isinstance(part, nn.Module):
            inside = dict(vars(part))
            for group in ("_parameters", "_buffers", "_modules"):
                inside |= inside.pop(group)
            parts = inside.items()
        elif isinstance(part, dict):
            parts = part.items()
        else:
            parts = enumerate(part)
        for name, inner in parts:
            walk(inner, f"{path}.{name}" if path else str(name))

    walk(net, "")
    return found
