"""Saves x, and uses the one on ctx.

says: attribute of ctx: autograd does not see it|backward is the same whatever is saved
"""
class _Clamp(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, lo, hi):
        ctx.save_for_backward(x)
        ctx.mask = (x > lo) & (x < hi)
        return x.clamp(lo, hi)

    @staticmethod
    def backward(ctx, g):
        return g * ctx.mask, None, None


def clamp_open(x, lo, hi):
    return _Clamp.apply(x, lo, hi)
