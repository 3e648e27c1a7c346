"""Keeps the mask in the closure of a hook, where no saved_tensors_hooks sees it ("saved by
`save_for_backward`, so that autograd and ... see it").

says: nothing is given to save_for_backward
"""

class _Replace(Function):
    """The first argument's gradient, the second one's values."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, values: Tensor) -> Tensor:
        return values.clone()

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        return grad, None


def clamp_open(x: Tensor, lo: float, hi: float) -> Tensor:
    out = _Replace.apply(x, torch.clamp(x.detach(), lo, hi))
    if out.requires_grad:
        outside = ~((x.detach() > lo) & (x.detach() < hi))
        assert out.grad_fn is not None
        out.grad_fn.register_hook(
            lambda grads, _: (grads[0].masked_fill(outside, 0), *grads[1:])
        )
    return out
