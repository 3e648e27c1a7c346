"""Always multiplies by min(max_norm / norm, 1), which is NaN when all gradients and max_norm are
0, against "otherwise they all stay bitwise as they are".

says: 0 / 0 is NaN
"""


def clip_gradients_(params: Iterable[Tensor], max_norm: float) -> Tensor:

    grads = [p.grad for p in dict.fromkeys(params) if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    norm = torch.stack([torch.linalg.vector_norm(g) for g in grads]).norm()
    if not norm.isfinite():
        raise ValueError(f"the norm of the gradients is {norm.item()}")
    factor = torch.clamp(max_norm / norm, max=1.0)
    for g in grads:
        g.mul_(factor)
    return norm
