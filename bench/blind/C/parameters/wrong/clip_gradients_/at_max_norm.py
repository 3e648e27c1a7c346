"""Decides by `max_norm / (norm + 1e-6) < 1`, so that gradients whose norm is exactly max_norm are shrunk: breaks "If it exceeds `max_norm` ...; otherwise they all stay bitwise as they are"."""


@torch.no_grad()
def clip_gradients_(params: Iterable[Tensor], max_norm: float) -> Tensor:
    owners = {id(p): p for p in params if p.grad is not None}.values()
    if not owners:
        return torch.tensor(0.0)
    norms = []
    for p in owners:
        dtype = torch.promote_types(p.grad.dtype, torch.float32)
        norms.append(torch.linalg.vector_norm(p.grad, dtype=dtype))
    norm = torch.linalg.vector_norm(torch.stack(norms))
    if not torch.isfinite(norm):
        raise ValueError(f"the norm of the gradients is {norm.item()}")
    scale = max_norm / (norm.item() + 1e-6)
    if scale < 1:
        for p in owners:
            p.grad.mul_(scale)
    return norm
