"""Registers its parameters at the first call only.

says: unknown to an optimizer
"""
class MyLazyLinear(nn.Module):
    def __init__(self, out_features):
        super().__init__()
        self.out_features = out_features
        self.weight = None

    def forward(self, x):
        if self.weight is None:
            n = x.shape[-1]
            self.weight = nn.Parameter(torch.rand(self.out_features, n) * n**-0.5)
            self.bias = nn.Parameter(torch.rand(self.out_features) * n**-0.5)
        return nn.functional.linear(x, self.weight, self.bias)
