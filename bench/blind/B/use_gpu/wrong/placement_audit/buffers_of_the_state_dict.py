"""Registered tensors are taken from the state dict, where buffers that are not persistent are missing ("buffers of both kinds").

slip: buffers that are not saved missed
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
            kept = part.state_dict(keep_vars=True)
            for group in ("_parameters", "_buffers"):
                own = inside.pop(group)
                inside |= {name: kept[name] for name in own if name in kept}
            inside |= inside.pop("_modules")
            parts = inside.items()
        elif isinstance(part, dict):
            parts = part.items()
        else:
            parts = enumerate(part)
        for name, inner in parts:
            walk(inner, f"{path}.{name}" if path else str(name))

    walk(net, "")
    return found
