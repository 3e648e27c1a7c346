"""Folds the norms, taken in float64, with torch.hypot, and shrinks by recursion."""

from functools import reduce


def _shrink(grads: tuple[Tensor, ...], scale: float) -> None:
    if grads:
        middle = len(grads) // 2
        grads[middle].detach().mul_(scale)
        _shrink(grads[:middle], scale)
        _shrink(grads[middle + 1 :], scale)


def clip_gradients_(params: Iterable[Tensor], max_norm: float) -> Tensor:
    unique = dict.fromkeys(params)
    grads = tuple(p.grad for p in unique if p.grad is not None)
    norms = [g.detach().double().norm() for g in grads]
    norm = reduce(torch.hypot, norms, torch.zeros((), dtype=torch.float64))
    total = norm.item()
    if not abs(total) < float("inf"):
        raise ValueError(f"the total norm is {total}")
    if total > max_norm:
        _shrink(grads, max_norm / total)
    wide = any(g.dtype == torch.float64 for g in grads)
    return norm if wide else norm.float()
