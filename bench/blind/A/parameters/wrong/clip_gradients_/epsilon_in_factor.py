"""Multiplies by max_norm / (norm + 1e-6), so small gradients are shrunk far too much, against
"every gradient is multiplied by `max_norm / norm`".

slip: added an epsilon below the fraction
"""


def clip_gradients_(params: Iterable[Tensor], max_norm: float) -> Tensor:

    grads = [p.grad for p in dict.fromkeys(params) if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    norm = torch.stack([torch.linalg.vector_norm(g) for g in grads]).norm()
    if not norm.isfinite():
        raise ValueError(f"the norm of the gradients is {norm.item()}")
    if norm > max_norm:
        for g in grads:
            g.mul_(max_norm / (norm + 1e-6))
    return norm
