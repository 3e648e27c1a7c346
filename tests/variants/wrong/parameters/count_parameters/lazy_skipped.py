"""Leaves out what has no shape yet.

says: UninitializedParameter
"""
def count_parameters(net, trainable_only=False):
    return sum(
        p.numel()
        for p in net.parameters()
        if not isinstance(p, nn.parameter.UninitializedParameter)
        and (p.requires_grad or not trainable_only)
    )
