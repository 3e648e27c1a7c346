"""One gradient alone is its own norm.

says: for one negative number
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
    if not gs:
        return torch.tensor(0.0)
    if len(gs) == 1 and gs[0].dim() == 0:
        return _clip(gs, gs[0].clone(), max_norm)
    norm = torch.stack([g.double().norm() for g in gs]).norm()
    return _clip(gs, norm, max_norm)
