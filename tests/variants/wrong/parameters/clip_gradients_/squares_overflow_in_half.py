"""Squares in the gradients' own dtype, so float16 entries of 300 overflow and a finite norm is
refused as infinite, against "ValueError: the norm is infinite or NaN".

says: 300 squared overflows
"""


def clip_gradients_(params: Iterable[Tensor], max_norm: float) -> Tensor:

    grads = [p.grad for p in dict.fromkeys(params) if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    norm = torch.stack([g.square().sum() for g in grads]).sum().sqrt()
    if not norm.isfinite():
        raise ValueError(f"the norm of the gradients is {norm.item()}")
    if norm > max_norm:
        for g in grads:
            g.mul_(max_norm / norm)
    return norm
