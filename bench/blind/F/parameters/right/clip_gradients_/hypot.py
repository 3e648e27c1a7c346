"""Unusual: the norm is math.hypot over Python floats, one norm in float64 for each gradient."""

import math


def clip_gradients_(params: Iterable[Tensor], max_norm: float) -> Tensor:
    listed = {id(p): p for p in params}
    grads = [p.grad.detach() for p in listed.values() if p.grad is not None]
    norm = math.hypot(*(g.abs().double().norm().item() for g in grads))
    if not math.isfinite(norm):
        raise ValueError(f"the total norm is {norm}")
    if norm > max_norm:
        for g in grads:
            g *= max_norm / norm
    wide = any(g.dtype in (torch.float64, torch.complex128) for g in grads)
    return torch.tensor(norm, dtype=torch.float64 if wide else torch.float32)
