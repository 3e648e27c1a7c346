"""Returns a Python number.

says: no Python number
"""
def clip_gradients_(params, max_norm):
    grads = [p.grad for p in dict.fromkeys(params) if p.grad is not None]
    norm = float(torch.cat([g.reshape(-1) for g in grads]).norm()) if grads else 0.0
    if not norm < float("inf"):
        raise ValueError
    if norm > max_norm:
        for g in grads:
            g.mul_(max_norm / norm)
    return norm
