"""The skip's weight by hand, one sum over both."""
class Residual(nn.Module):
    def __init__(self, block, in_features, out_features):
        super().__init__()
        self.add_module("f", block)
        if in_features == out_features:
            self.register_parameter("w", None)
        else:
            self.w = nn.Parameter(torch.randn(out_features, in_features))

    def forward(self, x):
        way = x if self.w is None else torch.einsum("...i,oi->...o", x, self.w)
        return torch.stack([self.f(x), way]).sum(0)
