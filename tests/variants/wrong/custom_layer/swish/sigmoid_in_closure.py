"""Saves x alone, but keeps sigmoid(x) in a closure ("keep nothing but x for backward").

says: something else than the saved x is kept|what forward computed is a constant
"""

def swish(x: Tensor) -> Tensor:
    s = torch.sigmoid(x.detach())

    class _Swish(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            ctx.save_for_backward(x)
            return x * s

        @staticmethod
        def backward(ctx: Any, upstream: Tensor) -> Tensor:
            (x,) = ctx.saved_tensors
            again = torch.sigmoid(x) if torch.is_grad_enabled() else s
            return upstream * again * (1 + x * (1 - again))

    return _Swish.apply(x)
