"""Computes the norm in float32 for every dtype, so float64 gradients beyond 1e38 count
as infinite ("ValueError: the norm is infinite or NaN").

says: beyond what float32 squares
"""

def clip_gradients_(params: Iterable[Tensor], max_norm: float) -> Tensor:
    grads = [p.grad for p in dict.fromkeys(params) if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    norms = [torch.linalg.vector_norm(g.detach().float()) for g in grads]
    norm = torch.linalg.vector_norm(torch.stack(norms))
    if not torch.isfinite(norm):
        raise ValueError(f"the norm of the gradients is {norm.item()}")
    if norm > max_norm:
        with torch.no_grad():
            for g in grads:
                g.mul_(max_norm / norm.item())
    return norm
