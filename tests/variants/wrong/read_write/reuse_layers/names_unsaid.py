"""Raises without saying which layer it is.

says: lacks the layer's name
"""
def reuse_layers(source, target, names):
    pairs = []
    for name in names:
        try:
            a, b = source.get_submodule(name), target.get_submodule(name)
        except AttributeError:
            raise ValueError("bad name") from None
        if _shapes(a.state_dict()) != _shapes(b.state_dict()):
            raise ValueError("shapes differ")
        pairs.append((a, b))
    for a, b in pairs:
        b.load_state_dict(a.state_dict())
    return list(names)
