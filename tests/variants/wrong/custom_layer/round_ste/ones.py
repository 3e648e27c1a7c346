"""Returns ones, not the gradient that it is given.

says: not ones
"""
class _STE(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return torch.round(x)

    @staticmethod
    def backward(ctx, g):
        return torch.ones_like(g)


def round_ste(x):
    return _STE.apply(x)
