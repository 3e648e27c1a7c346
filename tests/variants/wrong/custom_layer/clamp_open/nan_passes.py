"""Zeroes the gradient where x is at or beyond a bound, so it passes where x is NaN (it passes "where
lo < x < hi and is 0 elsewhere").

says: for NaN and infinities
"""

class _ClampOpen(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, lo: float, hi: float) -> Tensor:
        ctx.save_for_backward((x <= lo) | (x >= hi))
        return torch.clamp(x, lo, hi)

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> Any:
        (outside,) = ctx.saved_tensors
        return upstream.masked_fill(outside, 0), None, None


def clamp_open(x: Tensor, lo: float, hi: float) -> Tensor:
    return _ClampOpen.apply(x, lo, hi)
