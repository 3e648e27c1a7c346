"""Computes the gradient of float64 in float32.

says: wrong gradients for float64
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
        if not torch.is_grad_enabled():
            s, x, upstream = s.float(), x.float(), upstream.float()
        return upstream * s * (1 + x * (1 - s))


def swish(x: Tensor) -> Tensor:
    return _Swish.apply(x)
