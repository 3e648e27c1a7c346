"""Shrinks a shared parameter as often as it is listed.

says: shrunk twice
"""
def clip_gradients_(params, max_norm):
    params = [p for p in params if p.grad is not None]
    if not params:
        return torch.zeros(())
    norm = torch.cat([p.grad.reshape(-1) for p in set(params)]).norm()
    if not norm.isfinite():
        raise ValueError
    if norm > max_norm:
        for p in params:
            p.grad.mul_(max_norm / norm)
    return norm
