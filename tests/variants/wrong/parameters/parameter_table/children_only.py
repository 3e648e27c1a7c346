"""Looks into the children, and no deeper; leaves out the network's own.

says: one level is not all|parameters of the network itself
"""
def parameter_table(net):
    return [
        (f"{child}.{name}", tuple(p.shape), p.numel(), p.requires_grad)
        for child, module in net.named_children()
        for name, p in module.named_parameters(recurse=False)
    ]
