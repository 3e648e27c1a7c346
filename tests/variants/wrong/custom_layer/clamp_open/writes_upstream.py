"""Writes into the gradient that it is given, which may be one entry for many.

says: for a sum of all results
"""
class _Clamp(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, lo: float, hi: float) -> Tensor:
        ctx.save_for_backward((lo < x) & (x < hi))
        return x.clamp(lo, hi)

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> Any:
        (inside,) = ctx.saved_tensors
        return upstream.masked_fill_(~inside, 0), None, None


def clamp_open(x: Tensor, lo: float, hi: float) -> Tensor:
    return _Clamp.apply(x, lo, hi)
