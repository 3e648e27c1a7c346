"""Lists a shared parameter twice.

says: its parameters are the same
"""
def pending_parameters(net):
    return [
        n
        for n, p in net.named_parameters(remove_duplicate=False)
        if isinstance(p, UninitializedParameter)
    ]
