"""Assigns a product to p.grad, so whoever holds the gradient tensor (a flat buffer's view, say)
sees no change, against "Shrink all gradients together, in place".

slip: hung new tensors into p.grad
"""


def clip_gradients_(params: Iterable[Tensor], max_norm: float) -> Tensor:

    params = [p for p in dict.fromkeys(params) if p.grad is not None]
    if not params:
        return torch.tensor(0.0)
    norm = torch.stack([torch.linalg.vector_norm(p.grad) for p in params]).norm()
    if not norm.isfinite():
        raise ValueError(f"the norm of the gradients is {norm.item()}")
    if norm > max_norm:
        for p in params:
            p.grad = p.grad * (max_norm / norm)
    return norm
