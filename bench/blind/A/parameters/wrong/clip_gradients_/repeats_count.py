"""Keeps repeats in the list, so a parameter that params lists twice adds twice to the norm and is
shrunk twice, against "A parameter that it lists several times counts, and is shrunk, once".

slip: a parameter listed twice counted twice
"""


def clip_gradients_(params: Iterable[Tensor], max_norm: float) -> Tensor:

    grads = [p.grad for p in params if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    norm = torch.stack([torch.linalg.vector_norm(g) for g in grads]).norm()
    if not norm.isfinite():
        raise ValueError(f"the norm of the gradients is {norm.item()}")
    if norm > max_norm:
        for g in grads:
            g.mul_(max_norm / norm)
    return norm
