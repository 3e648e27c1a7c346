"""Writes the second derivative by hand and forgets a factor 2 in it ("First and second derivatives are
right").

says: 'second derivative'
"""

class _SwishGrad(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, upstream: Tensor) -> Tensor:
        ctx.save_for_backward(x, upstream)
        s = torch.sigmoid(x)
        return upstream * s * (1 + x * (1 - s))

    @staticmethod
    def backward(ctx: Any, outer: Tensor) -> Any:
        x, upstream = ctx.saved_tensors
        s = torch.sigmoid(x)
        first = s * (1 + x * (1 - s))
        second = s * (1 - s) * (2 + x * (1 - s))
        return outer * upstream * second, outer * first


class _Swish(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x * torch.sigmoid(x)

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        return _SwishGrad.apply(x, upstream)


def swish(x: Tensor) -> Tensor:
    return _Swish.apply(x)
