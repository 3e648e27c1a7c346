"""A deep copy fills the original.

says: for a deep copy
"""
class MyLazyLinear(LazyModuleMixin, nn.Module):
    def __init__(self, out_features: int):
        super().__init__()
        self.weight = UninitializedParameter()
        self.bias = UninitializedParameter()

        def fill(n: int) -> None:
            self.weight.materialize((out_features, n))
            self.bias.materialize((out_features,))
            for p in (self.weight, self.bias):
                nn.init.uniform_(p, -(n**-0.5), n**-0.5)

        self._fill = fill

    def initialize_parameters(self, x: Tensor) -> None:
        if self.has_uninitialized_params():
            self._fill(x.shape[-1])

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.linear(x, self.weight, self.bias)
