"""The guard covers the shapes only, so that the first call draws new numbers over loaded ones: breaks "one with shapes into any layer that they fit; then the first call changes nothing"."""


class MyLazyLinear(LazyModuleMixin, nn.Module):
    def __init__(self, out_features: int):
        super().__init__()
        self.out_features = out_features
        self.weight = UninitializedParameter()
        self.bias = UninitializedParameter()

    def initialize_parameters(self, x: Tensor) -> None:
        if self.has_uninitialized_params():
            self.weight.materialize((self.out_features, x.shape[-1]))
            self.bias.materialize((self.out_features,))
        bound = x.shape[-1] ** -0.5
        with torch.no_grad():
            self.weight.uniform_(-bound, bound)
            self.bias.uniform_(-bound, bound)

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.weight.T + self.bias
