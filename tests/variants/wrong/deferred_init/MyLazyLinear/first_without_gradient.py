"""The first result has no gradient.

says: with its first call
"""
class MyLazyLinear(LazyModuleMixin, nn.Module):

    def __init__(self, out_features: int):
        super().__init__()
        self.out_features = out_features
        self.weight = UninitializedParameter()
        self.bias = UninitializedParameter()

    def initialize_parameters(self, x: Tensor) -> None:
        if self.has_uninitialized_params():
            n = x.shape[-1]
            self.weight.materialize((self.out_features, n))
            self.bias.materialize((self.out_features,))
            for parameter in (self.weight, self.bias):
                nn.init.uniform_(parameter, -n ** (-0.5), n ** (-0.5))
    first = True

    def forward(self, x: Tensor) -> Tensor:
        if self.first:
            self.first = False
            with torch.no_grad():
                return nn.functional.linear(x, self.weight, self.bias)
        return nn.functional.linear(x, self.weight, self.bias)
