"""Goes twice through an iterator.

says: generator is empty after one loop
"""
def clip_gradients_(params, max_norm):
    if isinstance(params, list):
        params = list(dict.fromkeys(params))
    squares = [p.grad.square().sum() for p in params if p.grad is not None]
    if not squares:
        return torch.zeros(())
    norm = torch.stack(squares).sum().sqrt()
    if not norm.isfinite():
        raise ValueError
    if norm > max_norm:
        for p in params:
            if p.grad is not None:
                p.grad.mul_(max_norm / norm)
    return norm
