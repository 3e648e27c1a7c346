"""Detaches the gradient on its way back, so that second derivatives are cut ("the gradient in x is the
gradient in the result, unchanged").

says: where its gradient is differentiated
"""

class _RoundSTE(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return torch.round(x)

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> Tensor:
        return upstream.detach().clone()


def round_ste(x: Tensor) -> Tensor:
    return _RoundSTE.apply(x)
