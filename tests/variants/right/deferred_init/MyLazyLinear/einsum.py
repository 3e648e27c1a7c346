"""An einsum, with widths compared by hand and values put into `.data`."""
class MyLazyLinear(LazyModuleMixin, nn.Module):
    def __init__(self, out_features):
        super().__init__()
        self.out = out_features
        for name in ("weight", "bias"):
            self.register_parameter(name, UninitializedParameter(requires_grad=True))

    def initialize_parameters(self, x):
        n = x.size(-1)
        for name, shape in {"bias": (self.out,), "weight": (self.out, n)}.items():
            p = self.get_parameter(name)
            if torch.nn.parameter.is_lazy(p):
                p.materialize(shape)
                p.data = (2 * torch.rand_like(p.data) - 1) / max(1, n) ** 0.5

    def forward(self, x):
        if x.size(-1) != self.weight.size(1):
            raise RuntimeError(f"width {x.size(-1)}, expected {self.weight.size(1)}")
        return torch.einsum("...n,on->...o", x, self.weight) + self.bias
