"""One level only.

says: modules inside of modules count
"""
def pending_parameters(net):
    return [
        f"{name}.{n}"
        for name, child in net.named_children()
        for n, p in child.named_parameters(recurse=False)
        if isinstance(p, UninitializedParameter)
    ]
