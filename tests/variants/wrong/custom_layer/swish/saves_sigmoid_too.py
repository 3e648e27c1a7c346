"""Saves the sigmoid beside x to spare its computation ("a single tensor is saved, x itself").

says: can be computed again from x
"""

class _Swish(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        s = torch.sigmoid(x)
        ctx.save_for_backward(x, s)
        return x * s

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> Tensor:
        x, s = ctx.saved_tensors
        if torch.is_grad_enabled():
            s = torch.sigmoid(x)
        return upstream * s * (1 + x * (1 - s))


def swish(x: Tensor) -> Tensor:
    return _Swish.apply(x)
