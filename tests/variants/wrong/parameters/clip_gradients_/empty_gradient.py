"""Scales by the largest entry against overflow, and a gradient without entries has
none: RuntimeError ("The norm is that of all entries of all gradients").

says: for an empty gradient
"""


def clip_gradients_(params: Iterable[Tensor], max_norm: float) -> Tensor:
    grads = [p.grad for p in dict.fromkeys(params) if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    with torch.no_grad():
        peak = torch.stack([g.abs().max().double() for g in grads]).max()
        if not torch.isfinite(peak):
            raise ValueError("the norm of the gradients is not finite")
        if peak == 0:
            return torch.tensor(0.0)
        squares = [(g.double() / peak).square().sum() for g in grads]
        norm = peak * torch.stack(squares).sum().sqrt()
        if not torch.isfinite(norm):
            raise ValueError("the norm of the gradients is not finite")
        if norm > max_norm:
            for g in grads:
                g.mul_(max_norm / norm)
    return norm if any(g.dtype == torch.float64 for g in grads) else norm.float()
