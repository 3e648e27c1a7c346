"""Multiplies p.size(), which is (0,) for a lazy parameter.

says: UninitializedParameter
"""
def count_parameters(net, trainable_only=False):
    import math

    return sum(
        math.prod(p.size())
        for p in net.parameters()
        if p.requires_grad or not trainable_only
    )
