"""Puts new tensors into `p.grad` instead of changing the gradients there are ("Shrink all gradients together, in place")."""


def clip_gradients_(params: Iterable[Tensor], max_norm: float) -> Tensor:
    params = [p for p in dict.fromkeys(params) if p.grad is not None]
    if not params:
        return torch.tensor(0.0)
    with torch.no_grad():
        norms = [torch.linalg.vector_norm(p.grad.double()) for p in params]
        norm = torch.linalg.vector_norm(torch.stack(norms))
        if not torch.isfinite(norm):
            raise ValueError("the norm of the gradients is not finite")
        if norm > max_norm:
            for p in params:
                p.grad = p.grad * (max_norm / norm.item())
    return norm if any(p.dtype == torch.float64 for p in params) else norm.float()
