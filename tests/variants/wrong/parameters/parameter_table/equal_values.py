"""Takes parameters with equal values for one.

says: equal values do not make two parameters one
"""
def parameter_table(net):
    kept = []
    for name, p in net.named_parameters():
        if not any(torch.equal(p, other) for _, other in kept):
            kept.append((name, p))
    return [(name, tuple(p.shape), p.numel(), p.requires_grad) for name, p in kept]
