r"""Writes the sigmoid as 1 / (1 + exp(-x)), whose own derivative is NaN where exp(-x)
overflows, so second derivatives at -100 are NaN: breaks "First and second derivatives
are right, and finite also for large entries of either sign".

says: (?s)second derivative.*an exp\(\) overflows
"""


class _Swish(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x * torch.sigmoid(x)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        s = 1 / (1 + torch.exp(-x))
        return grad * (s + x * s * (1 - s))


def swish(x: Tensor) -> Tensor:
    return _Swish.apply(x)
