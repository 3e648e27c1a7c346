r"""Forgets one half of the product rule.

says: s \+ x s', not s alone
"""
class _S(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * torch.sigmoid(x)

    @staticmethod
    def backward(ctx, g):
        x, = ctx.saved_tensors
        return g * torch.sigmoid(x)


def swish(x):
    return _S.apply(x)
