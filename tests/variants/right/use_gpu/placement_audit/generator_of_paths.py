"""A recursive generator yields the paths, met objects are kept by identity in a dict."""
def _edges(item: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(item, nn.Module):
        for name, value in list(vars(item).items()):
            if name in ("_parameters", "_buffers", "_modules"):
                yield from list(value.items())
            else:
                yield name, value
    elif isinstance(item, dict):
        yield from list(item.items())
    elif isinstance(item, (list, tuple)):
        yield from enumerate(item)


def _strays(
    item: Any, path: list[str], want: torch.device, met: dict[int, Any]
) -> Iterator[str]:
    if not isinstance(item, (Tensor, nn.Module, list, tuple, dict)):
        return
    if met.setdefault(id(item), None) is item:
        return
    met[id(item)] = item
    if isinstance(item, Tensor):
        full = item.device
        if want.index is None:
            full = torch.device(full.type)
        if full != want:
            yield ".".join(path)
    else:
        for name, part in _edges(item):
            yield from _strays(part, path + [str(name)], want, met)


def placement_audit(net: nn.Module, device: Device) -> set[str]:
    return set(_strays(net, [], torch.device(device), {}))
