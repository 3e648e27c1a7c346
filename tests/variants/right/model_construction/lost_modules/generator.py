"""A generator that walks and yields."""
def _walk(value, path, met):
    if isinstance(value, nn.Module):
        if id(value) in met:
            return
        met.add(id(value))
        yield path
        yield from _inside(value, path, met)
    elif isinstance(value, (list, tuple, dict)):
        if id(value) in met:
            return
        met.add(id(value))
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in pairs:
            yield from _walk(item, path + "." + str(key), met)


def _inside(module, path, met):
    for name in sorted(set(vars(module)) - set(vars(nn.Module()))):
        value = vars(module)[name]
        if not isinstance(value, nn.Module):
            yield from _walk(value, (path + "." + name).lstrip("."), met)
    for name, child in module.named_children():
        yield from _inside(child, (path + "." + name).lstrip("."), met)


def lost_modules(net):
    return set(_walk_all(net))


def _walk_all(net):
    met = {id(m) for m in net.modules()}
    yield from _inside(net, "", met)
