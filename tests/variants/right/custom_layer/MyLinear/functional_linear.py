"""Right: the parameters are registered by name and handed to F.linear, the weight transposed."""

class MyLinear(nn.Module):
    weight: nn.Parameter
    bias: nn.Parameter

    def __init__(self, in_units: int, units: int):
        super().__init__()
        sizes = {"weight": (in_units, units), "bias": (units,)}
        for name, size in sizes.items():
            self.register_parameter(name, nn.Parameter(torch.rand(size) - 0.5))
        self._activation = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        return self._activation(nn.functional.linear(x, self.weight.T, self.bias))
