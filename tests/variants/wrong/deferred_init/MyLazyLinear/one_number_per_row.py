"""All weights of a row are one number.

says: of their own for each entry
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
            with torch.no_grad():
                nn.init.uniform_(self.bias, -n ** (-0.5), n ** (-0.5))
                self.weight.copy_(self.bias[:, None].expand(self.out_features, n))

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.linear(x, self.weight, self.bias)
