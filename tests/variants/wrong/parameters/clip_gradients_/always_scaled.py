"""Scales small gradients up.

says: factor above 1 makes them larger
"""
def clip_gradients_(params, max_norm):
    grads = [p.grad for p in dict.fromkeys(params) if p.grad is not None]
    if not grads:
        return torch.zeros(())
    norm = torch.cat([g.reshape(-1) for g in grads]).norm()
    if not norm.isfinite():
        raise ValueError
    for g in grads:
        g.mul_(max_norm / norm) if norm > 0 else None
    return norm
