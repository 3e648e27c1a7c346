"""Passes at the lower bound.

says: it passes at the lower bound
"""
class _Clamp(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, lo, hi):
        ctx.save_for_backward((x >= lo) & (x < hi))
        return x.clamp(lo, hi)

    @staticmethod
    def backward(ctx, g):
        mask, = ctx.saved_tensors
        return g * mask, None, None


def clamp_open(x, lo, hi):
    return _Clamp.apply(x, lo, hi)
