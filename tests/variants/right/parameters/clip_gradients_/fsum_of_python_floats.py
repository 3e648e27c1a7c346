"""The norm by math.hypot over double-precision norms of the pieces; parameters told apart by a dict of ids."""

import math


def clip_gradients_(params: Iterable[Tensor], max_norm: float) -> Tensor:
    unique = {id(p): p for p in params}
    grads = [p.grad.detach() for p in unique.values() if p.grad is not None]
    norm = math.hypot(*(torch.linalg.vector_norm(g.double()).item() for g in grads))
    if not math.isfinite(norm):
        raise ValueError(f"total norm of the gradients is {norm}")
    if norm > max_norm:
        for g in grads:
            g *= max_norm / norm
    kind = torch.float32
    for g in grads:
        kind = torch.promote_types(kind, g.dtype)
    return torch.tensor(norm, dtype=kind)
