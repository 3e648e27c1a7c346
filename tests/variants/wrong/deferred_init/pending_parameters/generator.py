r"""A generator in place of a list.

says: an object of type generator
"""
def pending_parameters(net):
    return (n for n, p in net.named_parameters() if isinstance(p, UninitializedParameter))
