"""Copies each layer before it looks at the next.

says: check all names before the first copy
"""
def reuse_layers(source, target, names):
    for name in names:
        try:
            a, b = source.get_submodule(name), target.get_submodule(name)
        except AttributeError as e:
            raise ValueError(name) from e
        if _shapes(a.state_dict()) != _shapes(b.state_dict()):
            raise ValueError(name)
        b.load_state_dict(a.state_dict())
    return list(names)
