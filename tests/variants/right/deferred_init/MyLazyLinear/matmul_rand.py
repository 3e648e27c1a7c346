"""register_parameter in a loop, scaled torch.rand instead of uniform_, matmul instead of linear, no attribute but the parameters' sizes."""


class MyLazyLinear(LazyModuleMixin, nn.Module):
    def __init__(self, out_features: int):
        super().__init__()
        self._sizes = {"weight": (out_features, -1), "bias": (out_features,)}
        for name in self._sizes:
            self.register_parameter(name, UninitializedParameter())

    @torch.no_grad()
    def initialize_parameters(self, x: Tensor) -> None:
        n = x.size(-1)
        for name, size in self._sizes.items():
            p = getattr(self, name)
            if isinstance(p, UninitializedParameter):
                p.materialize([n if s < 0 else s for s in size])
                p.copy_((2 * torch.rand_like(p) - 1) / max(n, 1) ** 0.5)

    def forward(self, x: Tensor) -> Tensor:
        return torch.matmul(x, self.weight.T).add(self.bias)
