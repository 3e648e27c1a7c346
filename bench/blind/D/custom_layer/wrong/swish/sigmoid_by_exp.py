"""Writes the sigmoid as 1 / (1 + exp(-x)): the second derivative at -100 is NaN ("finite also for large entries of either sign")."""

def _sigmoid(x: Tensor) -> Tensor:
    return 1 / (1 + torch.exp(-x))


class _Swish(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x * _sigmoid(x)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        s = _sigmoid(x)
        return grad * s * (1 + x * (1 - s))


def swish(x: Tensor) -> Tensor:
    return _Swish.apply(x)
