"""Right: saves the clamped result, which lies strictly between the bounds just where x does."""

class _Open(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, lo: float, hi: float) -> Tensor:
        y = torch.clamp(x, lo, hi)
        ctx.save_for_backward(y)
        ctx.bounds = lo, hi
        return y

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> Any:
        (y,) = ctx.saved_tensors
        lo, hi = ctx.bounds
        return torch.where(y.gt(lo) & y.lt(hi), upstream, 0), None, None


def clamp_open(x: Tensor, lo: float, hi: float) -> Tensor:
    return _Open.apply(x, lo, hi)
