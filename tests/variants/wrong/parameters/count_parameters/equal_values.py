"""Takes tensors of equal values for one.

says: do not make two parameters one
"""
def count_parameters(net, trainable_only=False):
    kept = []
    for p in net.parameters():
        p.numel()
        if trainable_only and not p.requires_grad:
            continue
        if not any(torch.equal(p, other) for other in kept):
            kept.append(p)
    return sum(p.numel() for p in kept)
