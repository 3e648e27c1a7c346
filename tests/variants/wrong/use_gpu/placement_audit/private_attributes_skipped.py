"""Attributes whose names begin with an underscore are passed over ("tensors in plain attributes").

says: whose name begins with _ is one, too
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
            inside = {k: v for k, v in inside.items() if not k.startswith("_")}
            parts = inside.items()
        elif isinstance(part, dict):
            parts = part.items()
        else:
            parts = enumerate(part)
        for name, inner in parts:
            walk(inner, f"{path}.{name}" if path else str(name))

    walk(net, "")
    return found
