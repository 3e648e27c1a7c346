"""An explicit check of the width, einsum, and numbers from torch.rand scaled to the interval."""
class MyLazyLinear(LazyModuleMixin, nn.Module):
    weight: nn.Parameter
    bias: nn.Parameter

    def __init__(self, out_features: int):
        super().__init__()
        self.weight, self.bias = (UninitializedParameter() for _ in range(2))
        self.out_features = out_features

    @torch.no_grad()
    def initialize_parameters(self, x: Tensor) -> None:
        if self.has_uninitialized_params():
            *_, n = x.shape
            shapes = {"weight": (self.out_features, n), "bias": (self.out_features,)}
            for name, shape in shapes.items():
                p = getattr(self, name)
                p.materialize(shape)
                p.copy_((2 * torch.rand(shape, dtype=p.dtype, device=p.device) - 1) / n**0.5)

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[-1] != self.weight.shape[1]:
            raise RuntimeError(f"expected {self.weight.shape[1]} columns, got {x.shape[-1]}")
        return torch.einsum("...i,oi->...o", x, self.weight) + self.bias
