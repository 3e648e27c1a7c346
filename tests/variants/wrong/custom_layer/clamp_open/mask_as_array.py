"""Saves x, reads it, and goes by an array on ctx ("it is not an attribute of ctx").

says: backward is the same whatever is saved
"""

class _Clamp(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, lo: float, hi: float) -> Tensor:
        ctx.save_for_backward(x)
        ctx.inside = ((lo < x) & (x < hi)).tolist()
        return x.clamp(lo, hi)

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> Any:
        (x,) = ctx.saved_tensors
        inside = torch.tensor(ctx.inside, dtype=torch.bool, device=x.device)
        return upstream.masked_fill(~inside.reshape(x.shape), 0), None, None


def clamp_open(x: Tensor, lo: float, hi: float) -> Tensor:
    return _Clamp.apply(x, lo, hi)
