"""Loaded layer does not know its width.

says: no attribute 'in_features'
"""
class MyLazyLinear(LazyModuleMixin, nn.Module):
    def __init__(self, out_features: int):
        super().__init__()
        self.out_features = out_features
        self.weight = UninitializedParameter()
        self.bias = UninitializedParameter()

    def initialize_parameters(self, x: Tensor) -> None:
        if self.has_uninitialized_params():
            self.in_features = n = x.shape[-1]
            self.weight.materialize((self.out_features, n))
            self.bias.materialize((self.out_features,))
            for p in self.parameters():
                nn.init.uniform_(p, -(n**-0.5), n**-0.5)

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[-1] != self.in_features:
            raise RuntimeError(f"expected width {self.in_features}, got {x.shape[-1]}")
        return x @ self.weight.T + self.bias
