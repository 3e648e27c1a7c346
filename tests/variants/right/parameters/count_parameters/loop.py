"""A loop with a product of the sizes."""
def count_parameters(net, trainable_only=False):
    import math

    total = 0
    for p in net.parameters():
        if trainable_only and not p.requires_grad:
            continue
        if torch.nn.parameter.is_lazy(p):
            raise ValueError("lazy")
        total += math.prod(p.shape)
    return total
