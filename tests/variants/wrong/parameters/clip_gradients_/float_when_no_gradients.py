"""Without any gradient it returns the Python float 0.0, which is no tensor, against "a 0-dim
tensor; 0 if there are no gradients".

says: where each grad is None: the norm is 0
"""


def clip_gradients_(params: Iterable[Tensor], max_norm: float) -> Tensor:

    grads = [p.grad for p in dict.fromkeys(params) if p.grad is not None]
    norm = torch.stack([torch.linalg.vector_norm(g) for g in grads]).norm() if grads else 0.0
    if not abs(norm) < float("inf"):
        raise ValueError(f"the norm of the gradients is {norm}")
    if norm > max_norm:
        for g in grads:
            g.mul_(max_norm / norm)
    return norm
