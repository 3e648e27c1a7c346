"""Notes the width before checking it.

says: for a larger width
"""
class MyLazyLinear(LazyModuleMixin, nn.Module):
    def __init__(self, out_features: int):
        super().__init__()
        self.out_features = out_features
        self.in_features: int | None = None
        self.weight = UninitializedParameter()
        self.bias = UninitializedParameter()

    def initialize_parameters(self, x: Tensor) -> None:
        if self.has_uninitialized_params():
            n = x.shape[-1]
            self.weight.materialize((self.out_features, n))
            self.bias.materialize((self.out_features,))
            nn.init.uniform_(self.weight, -(n**-0.5), n**-0.5)
            nn.init.uniform_(self.bias, -(n**-0.5), n**-0.5)

    def forward(self, x: Tensor) -> Tensor:
        before, self.in_features = self.in_features, x.shape[-1]
        if before not in (None, self.in_features):
            raise RuntimeError(f"expected width {before}, got {self.in_features}")
        return nn.functional.linear(x, self.weight, self.bias)
