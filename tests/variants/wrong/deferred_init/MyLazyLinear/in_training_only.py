"""Shapes come in training mode only.

says: in eval mode
"""
class MyLazyLinear(LazyModuleMixin, nn.Module):

    def __init__(self, out_features: int):
        super().__init__()
        self.out_features = out_features
        self.weight = UninitializedParameter()
        self.bias = UninitializedParameter()

    def initialize_parameters(self, x: Tensor) -> None:
        if self.has_uninitialized_params() and self.training:
            n = x.shape[-1]
            self.weight.materialize((self.out_features, n))
            self.bias.materialize((self.out_features,))
            for parameter in (self.weight, self.bias):
                nn.init.uniform_(parameter, -n ** (-0.5), n ** (-0.5))

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.linear(x, self.weight, self.bias)
