"""Does not think of parameters without gradients.

says: that has no gradient is skipped
"""
def clip_gradients_(params, max_norm):
    grads = [p.grad for p in dict.fromkeys(params)]
    norm = torch.cat([g.reshape(-1) for g in grads]).norm()
    if not norm.isfinite():
        raise ValueError
    if norm > max_norm:
        for g in grads:
            g.mul_(max_norm / norm)
    return norm
