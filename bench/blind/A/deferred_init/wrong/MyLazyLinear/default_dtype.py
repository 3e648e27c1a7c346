"""The parameters are filled with the default dtype, against "they keep the dtype that `.double()` and the like gave the placeholders".

slip: materializes with the default dtype
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
            dtype = torch.get_default_dtype()
            self.weight.materialize((self.out_features, n), dtype=dtype)
            self.bias.materialize((self.out_features,), dtype=dtype)
            for p in self.parameters():
                nn.init.uniform_(p, -(n**-0.5), n**-0.5)

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.linear(x, self.weight, self.bias)
