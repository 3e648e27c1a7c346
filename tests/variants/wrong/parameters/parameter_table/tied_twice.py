"""Lists a shared parameter under each of its names.

says: counts once, under its first name
"""
def parameter_table(net):
    return [
        (name, tuple(p.shape), p.numel(), p.requires_grad)
        for name, p in net.named_parameters(remove_duplicate=False)
    ]
