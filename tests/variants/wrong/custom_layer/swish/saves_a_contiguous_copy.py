r"""Of a transposed x, a contiguous copy is kept, not x ("a single tensor is saved, x
itself").

says: contiguous\(\) copies, too
"""

class _Swish(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x * torch.sigmoid(x)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        s = torch.sigmoid(x)
        return grad * s * (1 + x * (1 - s))


def swish(x: Tensor) -> Tensor:
    return _Swish.apply(x.contiguous())
