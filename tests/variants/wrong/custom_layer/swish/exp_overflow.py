r"""Writes the derivative with exp(-x), which is inf * 0 = NaN for large negative entries ("finite also
for large entries of either sign").

says: an exp\(\) overflows
"""

class _Swish(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x * torch.sigmoid(x)

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        e = torch.exp(-x)
        return upstream * (1 + e + x * e) / (1 + e) ** 2


def swish(x: Tensor) -> Tensor:
    return _Swish.apply(x)
