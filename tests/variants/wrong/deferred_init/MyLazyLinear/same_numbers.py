"""Draws the same numbers for every layer.

says: no random numbers
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
            for p in (self.weight, self.bias):
                nn.init.uniform_(p, -(n**-0.5), n**-0.5, generator=torch.Generator().manual_seed(3))

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.linear(x, self.weight, self.bias)
