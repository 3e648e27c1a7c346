"""All in the dtype of the first one.

says: for several dtypes
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
    vector = torch.zeros(sum(g.numel() for g in gs), dtype=gs[0].dtype)
    torch.cat([g.flatten().to(gs[0].dtype) for g in gs], out=vector)
    return _clip(gs, torch.linalg.vector_norm(vector), max_norm)
