"""Writes into the gradient that it is given, which may be one entry for many.

says: for a sum of all results|exception
"""
class _Swish(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x * torch.sigmoid(x)

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        s = torch.sigmoid(x)
        slope = s * (1 + x * (1 - s))
        if torch.is_grad_enabled():
            return upstream * slope
        return upstream.mul_(slope)


def swish(x: Tensor) -> Tensor:
    return _Swish.apply(x)
