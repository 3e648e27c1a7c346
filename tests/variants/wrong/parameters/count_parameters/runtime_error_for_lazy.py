"""Multiplies p.shape, whose access is a RuntimeError for a lazy parameter.

says: UninitializedParameter
"""
def count_parameters(net: nn.Module, trainable_only: bool = False) -> int:
    import math

    total = 0
    for p in net.parameters():
        if p.requires_grad or not trainable_only:
            total += math.prod(p.shape)
    return total
