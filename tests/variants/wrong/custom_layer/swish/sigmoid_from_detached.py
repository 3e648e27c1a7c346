"""Computes the sigmoid of x.detach() in backward, so it counts as a constant there ("First and second
derivatives are right").

says: what forward computed is a constant
"""

class _Swish(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x * torch.sigmoid(x)

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        s = torch.sigmoid(x.detach())
        return upstream * (s + x * s * (1 - s))


def swish(x: Tensor) -> Tensor:
    return _Swish.apply(x)
