"""Lists every parameter.

says: waits for nothing
"""
def pending_parameters(net):
    return [name for name, _ in net.named_parameters()]
