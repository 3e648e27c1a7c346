r"""Saves x.contiguous(), for an input that is not contiguous a copy of its own ("a single tensor is
saved, x itself").

says: contiguous\(\) copies
"""

class _Swish(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        x = x.contiguous()
        ctx.save_for_backward(x)
        return x * x.sigmoid()

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        s = x.sigmoid()
        return upstream * (s + x * s * (1 - s))


def swish(x: Tensor) -> Tensor:
    return _Swish.apply(x)
