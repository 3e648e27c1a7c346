"""Multiplies the gradient by the mask, so that an infinite gradient outside becomes NaN, as of `clamp_open(x, 0, 1).sqrt()` at 0: breaks "is 0 elsewhere"."""


class _ClampOpen(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, lo: float, hi: float) -> Tensor:
        ctx.save_for_backward(x)
        ctx.lo, ctx.hi = lo, hi
        return torch.clamp(x, lo, hi)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        (x,) = ctx.saved_tensors
        inside = (ctx.lo < x) & (x < ctx.hi)
        return grad * inside, None, None


def clamp_open(x: Tensor, lo: float, hi: float) -> Tensor:
    return _ClampOpen.apply(x, lo, hi)
