"""Compares devices with ==, so that all on sim:0 is astray for "sim": breaks "A device without an index, as `"cuda"`, stands for every device of its type"."""


def placement_audit(net: nn.Module, device: Device) -> set[str]:
    device = torch.device(device)
    seen: set[int] = set()
    astray: set[str] = set()

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
        if id(thing) in seen:
            return
        seen.add(id(thing))
        if isinstance(thing, Tensor):
            if thing.device != device:
                astray.add(path)
            return
        for name, child in children(thing):
            visit(child, f"{path}.{name}" if path else str(name))

    visit(net, "")
    return astray
