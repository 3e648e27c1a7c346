"""Puts new parameters in place of the placeholders.

says: put no new one there
"""
class MyLazyLinear(LazyModuleMixin, nn.Module):
    def __init__(self, out_features):
        super().__init__()
        self.out_features = out_features
        self.weight = UninitializedParameter()
        self.bias = UninitializedParameter()

    def initialize_parameters(self, x):
        if self.has_uninitialized_params():
            n = x.shape[-1]
            dtype = self.weight.dtype
            self.weight = nn.Parameter(torch.rand(self.out_features, n, dtype=dtype) * n**-0.5)
            self.bias = nn.Parameter(torch.rand(self.out_features, dtype=dtype) * n**-0.5)

    def forward(self, x):
        return nn.functional.linear(x, self.weight, self.bias)
