"""Remembers modules and tensors only, so that a list or dict that contains itself recurses for ever: breaks "references in a circle do no harm"."""


def placement_audit(net: nn.Module, device: Device) -> set[str]:
    device = torch.device(device)
    seen: set[int] = set()
    astray: set[str] = set()

    def elsewhere(tensor: Tensor) -> bool:
        if device.index is None:
            return tensor.device.type != device.type
        return tensor.device != device

    def children(thing: Any) -> Iterator[tuple[Any, Any]]:
        if isinstance(thing, nn.Module):
            for name, value in vars(thing).items():
                if name in ("_parameters", "_buffers", "_modules"):
                    yield from value.items()
                else:
                    yield name, value
        elif isinstance(thing, dict):
            yield from thing.items()
        elif isinstance(thing, (list, tuple)):
            yield from enumerate(thing)

    def visit(thing: Any, path: str) -> None:
        if not isinstance(thing, (Tensor, nn.Module, dict, list, tuple)):
            return
        if isinstance(thing, (Tensor, nn.Module)):
            if id(thing) in seen:
                return
            seen.add(id(thing))
        if isinstance(thing, Tensor):
            if elsewhere(thing):
                astray.add(path)
            return
        for name, child in children(thing):
            visit(child, f"{path}.{name}" if path else str(name))

    visit(net, "")
    return astray
