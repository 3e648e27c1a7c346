"""Reads the shape of a placeholder.

says: no shape to read
"""
def pending_parameters(net):
    return [name for name, p in net.named_parameters() if len(p.shape) == 0]
