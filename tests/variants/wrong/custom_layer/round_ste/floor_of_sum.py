"""Takes floor(x + 0.5), and one less at odd ties; x + 0.5 itself is rounded beside 0.5.

says: at the limits of
"""
class _Round(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        y = torch.floor(x + 0.5)
        odd_tie = (y - x == 0.5) & (y.remainder(2) == 1)
        return torch.where(odd_tie, y - 1, y)

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> Tensor:
        return upstream


def round_ste(x: Tensor) -> Tensor:
    return _Round.apply(x)
