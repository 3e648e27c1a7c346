"""Sorts the names.

says: in order
"""
def pending_parameters(net):
    return sorted(n for n, p in net.named_parameters() if isinstance(p, UninitializedParameter))
