"""Adds up the norms.

says: norms do not add up
"""
def clip_gradients_(params, max_norm):
    grads = [p.grad for p in dict.fromkeys(params) if p.grad is not None]
    norm = sum((g.norm() for g in grads), torch.zeros(()))
    if not norm.isfinite():
        raise ValueError
    if norm > max_norm:
        for g in grads:
            g.mul_(max_norm / norm)
    return norm
