"""A shared parameter goes by its last name.

says: counts once, under its first name
"""
def parameter_table(net):
    names = {}
    for name, p in net.named_parameters(remove_duplicate=False):
        names[p] = name
    return [(name, tuple(p.shape), p.numel(), p.requires_grad) for p, name in names.items()]
