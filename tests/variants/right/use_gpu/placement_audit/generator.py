"""A generator of pairs, later made unique by the tensors' ids."""
def _walk(thing, path, on_path):
    if id(thing) in on_path:
        return
    on_path = on_path | {id(thing)}
    if isinstance(thing, torch.Tensor):
        yield path, thing
        return
    if isinstance(thing, nn.Module):
        inner = {}
        inner.update(thing._modules)
        inner.update(thing._parameters)
        inner.update(thing._buffers)
        for key, value in vars(thing).items():
            if key not in ("_parameters", "_buffers", "_modules"):
                inner[key] = value
    elif isinstance(thing, dict):
        inner = thing
    elif isinstance(thing, (list, tuple)):
        inner = dict(enumerate(thing))
    else:
        return
    for key, value in inner.items():
        yield from _walk(value, path + (str(key),), on_path)


def placement_audit(net, device):
    where = torch.device(device)
    by_id = {}
    for path, t in _walk(net, (), frozenset()):
        here = t.device if where.index is not None else torch.device(t.device.type)
        if here != where:
            by_id.setdefault(id(t), ".".join(path))
    return set(by_id.values())
