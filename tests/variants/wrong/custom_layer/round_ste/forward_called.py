"""Calls forward, so backward is never asked.

says: by its apply, or by its forward
"""
class _STE(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return torch.round(x)

    @staticmethod
    def backward(ctx, g):
        return g


def round_ste(x):
    return _STE.forward(None, x)
