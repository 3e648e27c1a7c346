"""Looks for the name among the direct children.

says: ValueError
"""
def reuse_layers(source, target, names):
    mine, yours = dict(source.named_children()), dict(target.named_children())
    for name in names:
        if name not in mine or name not in yours:
            raise ValueError(name)
        if _shapes(mine[name].state_dict()) != _shapes(yours[name].state_dict()):
            raise ValueError(name)
    for name in names:
        yours[name].load_state_dict(mine[name].state_dict())
    return list(names)
