"""Passes over attributes with a leading underscore to keep out nn.Module's own, and with them the network's private ones ("tensors in
plain attributes")."""


def placement_audit(net: nn.Module, device: Device) -> set[str]:
    device = torch.device(device)
    found: set[str] = set()
    seen: set[int] = set()

    def visit(value: object, path: str) -> None:
        if not isinstance(value, Tensor | nn.Module | list | tuple | dict):
            return
        if id(value) in seen:
            return
        seen.add(id(value))
        if isinstance(value, Tensor):
            where = value.device
            if where.type != device.type or device.index not in (None, where.index):
                found.add(path)
            return
        if isinstance(value, nn.Module):
            plain = {k: v for k, v in vars(value).items() if not k.startswith("_")}
            parts = plain | value._parameters | value._buffers | value._modules
        elif isinstance(value, dict):
            parts = value
        else:
            parts = dict(enumerate(value))
        for key, part in parts.items():
            visit(part, f"{path}.{key}" if path else str(key))

    visit(net, "")
    return found
