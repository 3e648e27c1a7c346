"""Casts the norm to the gradients' dtype on return, so in float16 it may come back as
infinity ("Returns: The norm before"; "even if these overflow in float16").

says: for several dtypes
"""

def clip_gradients_(params: Iterable[Tensor], max_norm: float) -> Tensor:
    grads = [p.grad for p in dict.fromkeys(params) if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    norms = [torch.linalg.vector_norm(g.detach(), dtype=torch.float64) for g in grads]
    norm = torch.linalg.vector_norm(torch.stack(norms))
    if not torch.isfinite(norm):
        raise ValueError(f"the norm of the gradients is {norm.item()}")
    if norm > max_norm:
        with torch.no_grad():
            for g in grads:
                g.mul_(max_norm / norm.item())
    return norm.to(grads[0].dtype)
