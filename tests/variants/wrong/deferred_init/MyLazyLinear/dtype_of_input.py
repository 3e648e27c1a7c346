"""The first input's dtype goes to the parameters.

says: keeps the dtype
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
            with torch.no_grad():
                self.weight.materialize((self.out_features, n), dtype=x.dtype)
                self.bias.materialize((self.out_features,), dtype=x.dtype)
                self.weight.uniform_(-(n**-0.5), n**-0.5)
                self.bias.uniform_(-(n**-0.5), n**-0.5)

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.linear(x, self.weight, self.bias)
