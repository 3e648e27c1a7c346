"""Marks backward as once_differentiable ("can be differentiated again")."""

from torch.autograd.function import once_differentiable


class _RoundSTE(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return torch.round(x)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        return grad


def round_ste(x: Tensor) -> Tensor:
    return _RoundSTE.apply(x)
