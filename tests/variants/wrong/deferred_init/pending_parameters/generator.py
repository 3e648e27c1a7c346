r"""A generator in place of a list.

says: expected\s+a list
"""
def pending_parameters(net):
    return (n for n, p in net.named_parameters() if isinstance(p, UninitializedParameter))
