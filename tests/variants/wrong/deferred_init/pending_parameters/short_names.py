"""Names without the path of the module.

says: whole path
"""
def pending_parameters(net):
    return [
        n
        for m in net.modules()
        for n, p in m.named_parameters(recurse=False)
        if isinstance(p, UninitializedParameter)
    ]
