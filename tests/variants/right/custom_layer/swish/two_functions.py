"""A Function whose backward is a Function of its own."""
class _SwishGrad(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, g):
        ctx.save_for_backward(x, g)
        s = torch.sigmoid(x)
        return g * (s + x * s * (1 - s))

    @staticmethod
    def backward(ctx, v):
        x, g = ctx.saved_tensors
        s = torch.sigmoid(x)
        d = s * (1 - s)
        return v * g * (2 * d + x * d * (1 - 2 * s)), v * (s + x * d)


class _SwishOuter(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * torch.sigmoid(x)

    @staticmethod
    def backward(ctx, g):
        return _SwishGrad.apply(ctx.saved_tensors[0], g)


def swish(x):
    return _SwishOuter.apply(x)
