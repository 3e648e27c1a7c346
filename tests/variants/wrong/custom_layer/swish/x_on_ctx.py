"""Keeps x on ctx.

says: is x kept on ctx
"""
class _S(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.x = x
        return x * torch.sigmoid(x)

    @staticmethod
    def backward(ctx, g):
        s = torch.sigmoid(ctx.x)
        return g * (s + ctx.x * s * (1 - s))


def swish(x):
    return _S.apply(x)
