"""Blocks where x <= lo or x >= hi, which is false of NaN, so that its gradient passes: breaks "0 elsewhere, also where x is NaN"."""


class _ClampOpen(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, lo: float, hi: float) -> Tensor:
        ctx.save_for_backward(x)
        ctx.lo, ctx.hi = lo, hi
        return x.clamp(lo, hi)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        (x,) = ctx.saved_tensors
        outside = (x <= ctx.lo) | (x >= ctx.hi)
        return grad.masked_fill(outside, 0), None, None


def clamp_open(x: Tensor, lo: float, hi: float) -> Tensor:
    return _ClampOpen.apply(x, lo, hi)
