"""Sets NaN to zero before.

says: check norm.isfinite
"""

def _grads(params):
    return [p.grad for p in dict.fromkeys(params) if p.grad is not None]
def _clip(grads, norm, max_norm):
    if not torch.isfinite(norm):
        raise ValueError("not finite")
    if norm > max_norm:
        for g in grads:
            g.mul_(max_norm / norm.item())
    return norm

def clip_gradients_(params, max_norm):
    gs = _grads(params)
    norm = torch.stack([g.double().norm() for g in gs]).norm() if gs else torch.zeros(())
    if not sum(g.double().sum() for g in gs) < float("inf") and gs:
        raise ValueError
    if norm > max_norm:
        for g in gs:
            g.mul_(max_norm / norm.item())
    return norm
