"""Tests (x - lo) * (hi - x) > 0, which underflows near the bounds ("passes unchanged where lo < x < hi")."""

class _ClampOpen(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, lo: float, hi: float) -> Tensor:
        ctx.save_for_backward(x)
        ctx.bounds = lo, hi
        return torch.clamp(x, lo, hi)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        (x,) = ctx.saved_tensors
        lo, hi = ctx.bounds
        inside = (x - lo) * (hi - x) > 0
        return torch.where(inside, grad, torch.zeros_like(grad)), None, None


def clamp_open(x: Tensor, lo: float, hi: float) -> Tensor:
    return _ClampOpen.apply(x, lo, hi)
