"""Takes all gradients to float32 for the norm, so float64 entries like 1e30 have an
infinite one ("even if these overflow in float16", ValueError only if "the norm is
infinite or NaN").

says: what float32 squares
"""


def clip_gradients_(params: Iterable[Tensor], max_norm: float) -> Tensor:
    grads = [p.grad for p in dict.fromkeys(params) if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    with torch.no_grad():
        norm = torch.stack([g.float().square().sum() for g in grads]).sum().sqrt()
        if not torch.isfinite(norm):
            raise ValueError("the norm of the gradients is not finite")
        if norm > max_norm:
            for g in grads:
                g.mul_(max_norm / norm)
    return norm
