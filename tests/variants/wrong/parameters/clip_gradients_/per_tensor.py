"""Clips each gradient on its own.

says: clipped on its own
"""
def clip_gradients_(params, max_norm):
    grads = [p.grad for p in dict.fromkeys(params) if p.grad is not None]
    if not grads:
        return torch.zeros(())
    norm = torch.cat([g.reshape(-1) for g in grads]).norm()
    if not norm.isfinite():
        raise ValueError
    for g in grads:
        if g.norm() > max_norm:
            g.mul_(max_norm / g.norm())
    return norm
