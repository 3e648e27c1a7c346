"""Assigns new gradients.

says: is not in place
"""
def clip_gradients_(params, max_norm):
    params = [p for p in dict.fromkeys(params) if p.grad is not None]
    if not params:
        return torch.zeros(())
    norm = torch.cat([p.grad.reshape(-1) for p in params]).norm()
    if not norm.isfinite():
        raise ValueError
    if norm > max_norm:
        for p in params:
            p.grad = p.grad * (max_norm / norm)
    return norm
