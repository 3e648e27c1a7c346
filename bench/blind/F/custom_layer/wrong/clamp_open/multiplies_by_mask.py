"""Multiplies the gradient by a mask, so that inf or NaN times 0 is NaN ("is 0 elsewhere")."""


class _ClampOpen(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, lo: float, hi: float) -> Tensor:
        ctx.save_for_backward((x > lo) & (x < hi))
        return torch.clamp(x, lo, hi)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        (inside,) = ctx.saved_tensors
        return grad * inside, None, None


def clamp_open(x: Tensor, lo: float, hi: float) -> Tensor:
    return _ClampOpen.apply(x, lo, hi)
