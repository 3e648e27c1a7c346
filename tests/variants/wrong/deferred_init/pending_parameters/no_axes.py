"""A parameter without axes counts as a placeholder.

says: without axes
"""
def pending_parameters(net):
    out = []
    for n, p in net.named_parameters():
        if isinstance(p, UninitializedParameter) or p.dim() == 0:
            out.append(n)
    return out
