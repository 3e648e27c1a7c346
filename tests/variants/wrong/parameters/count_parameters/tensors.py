"""Counts tensors.

says: how many tensors there are
"""
def count_parameters(net, trainable_only=False):
    for p in net.parameters():
        p.numel()
    return len([p for p in net.parameters() if p.requires_grad or not trainable_only])
