"""The backward of the backward gives None for the incoming gradient, right for y.sum() only ("First
and second derivatives are right").

says: 'in the gradient given'
"""

class _SwishBackward(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, grad: Tensor) -> Tensor:
        ctx.save_for_backward(x, grad)
        s = torch.sigmoid(x)
        return grad * s * (1 + x * (1 - s))

    @staticmethod
    def backward(ctx: Any, grad2: Tensor) -> tuple[Tensor, None]:
        x, grad = ctx.saved_tensors
        s = torch.sigmoid(x)
        return grad2 * grad * s * (1 - s) * (2 + x * (1 - 2 * s)), None


class _Swish(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x * torch.sigmoid(x)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        return _SwishBackward.apply(x, grad)


def swish(x: Tensor) -> Tensor:
    return _Swish.apply(x)
