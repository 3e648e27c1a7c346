"""Unusual: the norm is folded up with `math.hypot` over the double norms of the
gradients.
"""

import math


@torch.no_grad()
def clip_gradients_(params: Iterable[Tensor], max_norm: float) -> Tensor:
    unique = {id(p): p.grad for p in params}
    grads = [g for g in unique.values() if g is not None]
    total = math.hypot(*(float(torch.linalg.vector_norm(g.double())) for g in grads))
    if not math.isfinite(total):
        raise ValueError(f"the norm of the gradients is {total}")
    if total > max_norm:
        for g in grads:
            g.copy_(g.double() * (max_norm / total))
    wide = any(g.dtype == torch.float64 for g in grads)
    return torch.tensor(total, dtype=torch.float64 if wide else torch.float32)
