"""Lists what each module holds itself, parameters apart from buffers."""
class _Layers:
    def __init__(self, net):
        self._modules = dict(net.named_modules(remove_duplicate=False))

    def table(self, path):
        if path not in self._modules:
            raise ValueError(f"{path!r}: no such module")
        found = {}
        for prefix, part in self._modules[path].named_modules(remove_duplicate=False):
            for kind in ("_parameters", "_buffers"):
                for leaf, value in getattr(part, kind).items():
                    if value is not None:
                        found[kind, f"{prefix}.{leaf}"] = value
        return found


def reuse_layers(source, target, names):
    here, there = _Layers(source), _Layers(target)

    def plan():
        for name in names:
            ours, theirs = here.table(name), there.table(name)
            shapes = [
                {key: tuple(t.shape) for key, t in side.items()}
                for side in (ours, theirs)
            ]
            if shapes[0] != shapes[1]:
                raise ValueError(f"{name!r}: the layers differ: {shapes}")
            yield from ((theirs[key], ours[key]) for key in ours)

    for into, value in tuple(plan()):
        into.detach().copy_(value.detach())
    return [*names]
