"""Recomputes the sigmoid under no_grad in backward: second derivatives are silently wrong ("First and second derivatives are right")."""

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
        return grad * (s + x * s * (1 - s))


def swish(x: Tensor) -> Tensor:
    return _Swish.apply(x)
