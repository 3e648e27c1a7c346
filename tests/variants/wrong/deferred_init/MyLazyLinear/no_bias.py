"""Forgets the bias in forward.

says: the bias is missing
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
            self.weight.materialize((self.out_features, n))
            self.bias.materialize((self.out_features,))
            nn.init.uniform_(self.weight, -n**-0.5, n**-0.5)
            nn.init.uniform_(self.bias, -n**-0.5, n**-0.5)

    def forward(self, x):
        return nn.functional.linear(x, self.weight)
