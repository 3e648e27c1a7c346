"""Gives each parameter a new gradient tensor, so that views and other holders of the old one (a flat buffer) do not see the shrinking: breaks "Shrink all gradients together, in place"."""


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
    if norm > max_norm:
        scale = max_norm / norm.item()
        for p in owners:
            p.grad = p.grad * scale
    return norm
