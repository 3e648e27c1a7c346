"""Always multiplies by min(1, max_norm / (norm + 1e-6)), so gradients whose norm is exactly `max_norm` change ("If it exceeds `max_norm` ...; otherwise they all stay bitwise as they are")."""


def clip_gradients_(params: Iterable[Tensor], max_norm: float) -> Tensor:
    grads = [p.grad for p in dict.fromkeys(params) if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    with torch.no_grad():
        norm = torch.stack([g.double().square().sum() for g in grads]).sum().sqrt()
        if not torch.isfinite(norm):
            raise ValueError("the norm of the gradients is not finite")
        factor = min(1.0, max_norm / (norm.item() + 1e-6))
        if factor < 1.0:
            for g in grads:
                g.mul_(factor)
    return norm if any(g.dtype == torch.float64 for g in grads) else norm.float()
