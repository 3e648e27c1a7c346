"""Puts a copy of the module into the target: the optimizer trains the old one.

says: new parameters take the place of target's own
"""
import copy


def reuse_layers(source, target, names):
    for name in names:
        try:
            a, b = source.get_submodule(name), target.get_submodule(name)
        except AttributeError as e:
            raise ValueError(name) from e
        if _shapes(a.state_dict()) != _shapes(b.state_dict()):
            raise ValueError(name)
    for name in names:
        parent, _, last = name.rpartition(".")
        setattr(
            target.get_submodule(parent), last, copy.deepcopy(source.get_submodule(name))
        )
    return list(names)
