"""Norms and products of all gradients with torch's functions for lists."""


def clip_gradients_(params: Iterable[Tensor], max_norm: float) -> Tensor:
    seen: dict[Tensor, None] = {}
    for p in params:
        if p.grad is not None:
            seen.setdefault(p)
    grads = [p.grad.detach() for p in seen]
    if grads == []:
        return torch.scalar_tensor(0.0)
    norms = torch._foreach_norm([g.double() for g in grads])
    norm = torch.stack([n.to(norms[0].device) for n in norms]).norm()
    if all(g.dtype != torch.float64 for g in grads):
        norm = norm.float()
    if not torch.isfinite(norm).item():
        raise ValueError("the total norm is not finite")
    if norm.item() > max_norm:
        torch._foreach_mul_(grads, max_norm / norm.item())
    return norm
