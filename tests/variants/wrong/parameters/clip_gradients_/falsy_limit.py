"""A limit of 0 is taken for none.

says: for a limit of 0
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
    return _clip(gs, norm, max_norm or float("inf"))
