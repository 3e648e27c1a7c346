"""Sets the momentum to 0: batches are still counted.

says: momentum of 0 does not stop the counting
"""
def freeze(net, prefix):
    frozen = []
    for name, m in net.named_modules():
        if not prefix or name == prefix or name.startswith(prefix + "."):
            if isinstance(m, _BatchNorm):
                m.momentum = 0.0
    for name, p in net.named_parameters(remove_duplicate=False):
        if not prefix or name == prefix or name.startswith(prefix + "."):
            p.requires_grad_(False)
            p.grad = None
            frozen.append(name)
    return frozen
