"""Divides before it compares.

says: divided and multiplied again is rounded|0 . 0 is NaN
"""
def clip_gradients_(params, max_norm):
    grads = [p.grad for p in dict.fromkeys(params) if p.grad is not None]
    if not grads:
        return torch.zeros(())
    norm = torch.cat([g.reshape(-1) for g in grads]).norm()
    if not norm.isfinite():
        raise ValueError
    unit = [g / norm for g in grads]
    for g, u in zip(grads, unit):
        g.copy_(u * torch.clamp(norm, max=max_norm))
    return norm
