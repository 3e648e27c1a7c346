"""Squares in the dtype of the gradient, after a division by 300 in half.

says: for float16 near 0
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
    norm = torch.stack([((g / 300 if g.dtype == torch.float16 else g.double()).square().sum().double() * (300**2 if g.dtype == torch.float16 else 1)) for g in gs]).sum().sqrt()
    return _clip(gs, norm, max_norm)
