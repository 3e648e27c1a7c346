"""Stops the gradients, and nothing else.

says: requires_grad stops no statistics
"""
def freeze(net, prefix):
    frozen = []
    for name, p in net.named_parameters(remove_duplicate=False):
        if not prefix or name == prefix or name.startswith(prefix + "."):
            p.requires_grad_(False)
            p.grad = None
            frozen.append(name)
    return frozen
