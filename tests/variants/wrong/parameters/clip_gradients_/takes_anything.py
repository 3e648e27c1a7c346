"""Does not mind infinities.

says: and raise ValueError
"""
def clip_gradients_(params, max_norm):
    grads = [p.grad for p in dict.fromkeys(params) if p.grad is not None]
    if not grads:
        return torch.zeros(())
    norm = torch.cat([g.reshape(-1) for g in grads]).norm()
    if norm > max_norm:
        for g in grads:
            g.mul_(max_norm / norm)
    return norm
