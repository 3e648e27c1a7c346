"""Sets the gradients outside to zero.

says: other grads stay
"""
_f = freeze
def freeze(net, prefix):
    names = _f(net, prefix)
    for p in net.parameters():
        if p.grad is not None:
            p.grad.zero_()
    return names
