"""Lists a shared parameter twice.

says: one parameter, listed once
"""
def pending_parameters(net):
    return [
        n
        for n, p in net.named_parameters(remove_duplicate=False)
        if isinstance(p, UninitializedParameter)
    ]
