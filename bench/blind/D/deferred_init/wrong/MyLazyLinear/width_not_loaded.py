"""Checks against a width noted at the initialization, which a loaded layer has never had, so its first call raises ("one with shapes into any layer that they fit; then the first call changes nothing")."""


class MyLazyLinear(LazyModuleMixin, nn.Module):
    def __init__(self, out_features: int):
        super().__init__()
        self.out_features = out_features
        self.in_features = None
        self.weight = UninitializedParameter()
        self.bias = UninitializedParameter()

    def initialize_parameters(self, x: Tensor) -> None:
        if self.has_uninitialized_params():
            self.in_features = n = x.shape[-1]
            with torch.no_grad():
                self.weight.materialize((self.out_features, n))
                self.bias.materialize((self.out_features,))
                self.weight.uniform_(-(n**-0.5), n**-0.5)
                self.bias.uniform_(-(n**-0.5), n**-0.5)

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[-1] != self.in_features:
            raise RuntimeError(f"expected width {self.in_features}, got {x.shape[-1]}")
        return nn.functional.linear(x, self.weight, self.bias)
