"""Divides by the largest entry before it squares, and copies the results in."""
def clip_gradients_(params, max_norm):
    grads = [p.grad.detach() for p in dict.fromkeys(params) if p.grad is not None]
    vector = torch.cat([torch.zeros(1).double(), *(g.double().flatten() for g in grads)])
    largest = vector.abs().max()
    if not largest.isfinite():
        raise ValueError("gradients with inf or nan")
    if largest == 0:
        return torch.zeros(())
    norm = largest * (vector / largest).square().sum().sqrt()
    if norm > max_norm:
        for g in grads:
            g.copy_(g * (max_norm / norm))
    return norm.float()
