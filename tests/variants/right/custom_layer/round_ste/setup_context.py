"""A Function with setup_context, and a clone of the gradient."""
class _STE(torch.autograd.Function):
    @staticmethod
    def forward(input):
        return torch.round(input)

    @staticmethod
    def setup_context(ctx, inputs, output):
        pass

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output.clone()


def round_ste(x):
    return _STE.apply(x)
