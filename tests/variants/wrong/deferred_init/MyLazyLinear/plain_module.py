"""Placeholders in a plain nn.Module, which cannot save them.

says: LazyModuleMixin can
"""
class MyLazyLinear(nn.Module):
    def __init__(self, out_features):
        super().__init__()
        self.out_features = out_features
        self.weight = UninitializedParameter()
        self.bias = UninitializedParameter()

    def forward(self, x):
        if isinstance(self.weight, UninitializedParameter):
            n = x.shape[-1]
            self.weight.materialize((self.out_features, n))
            self.bias.materialize((self.out_features,))
            nn.init.uniform_(self.weight, -n**-0.5, n**-0.5)
            nn.init.uniform_(self.bias, -n**-0.5, n**-0.5)
        return nn.functional.linear(x, self.weight, self.bias)
