r"""Computes the derivative's factor under no_grad, so that backward cannot be
differentiated in x: breaks "First and second derivatives are right".

says: no_grad\(\)
"""


class _Swish(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x * torch.sigmoid(x)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        with torch.no_grad():
            s = torch.sigmoid(x)
            slope = s * (1 + x * (1 - s))
        return grad * slope


def swish(x: Tensor) -> Tensor:
    return _Swish.apply(x)
