"""Lists every parameter.

says: not only those without a shape
"""
def pending_parameters(net):
    return [name for name, _ in net.named_parameters()]
