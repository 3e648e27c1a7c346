"""Only modules and tensors are remembered; a list that holds itself is walked for ever ("references in a circle do no harm").

says: remember the id
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
        if isinstance(part, Tensor | nn.Module):
            if id(part) in seen:
                return
            seen.add(id(part))
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
