"""Clips the gradient, against explosions ("the gradient in the result, unchanged").

says: for odd gradients
"""
class _Round(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return torch.round(x)

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> Tensor:
        return upstream.clamp(-1e4, 1e4)


def round_ste(x: Tensor) -> Tensor:
    return _Round.apply(x)
