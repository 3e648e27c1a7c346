"""The placeholders are replaced by new parameters, against "the same objects stay registered, so that an optimizer made before trains them".

slip: new parameters instead of filled ones
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
            like = {"dtype": self.weight.dtype, "device": self.weight.device}
            bound = n**-0.5
            self.weight = nn.Parameter(torch.empty(self.out_features, n, **like))
            self.bias = nn.Parameter(torch.empty(self.out_features, **like))
            nn.init.uniform_(self.weight, -bound, bound)
            nn.init.uniform_(self.bias, -bound, bound)

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.linear(x, self.weight, self.bias)
