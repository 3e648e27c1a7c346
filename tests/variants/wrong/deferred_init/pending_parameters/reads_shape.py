"""Reads the shape of a placeholder.

says: uninitialized parameter
"""
def pending_parameters(net):
    return [name for name, p in net.named_parameters() if len(p.shape) == 0]
