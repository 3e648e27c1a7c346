"""Builds its layers in the first call, so before it there are no parameters at all ("Until the first call, all parameters are placeholders")."""


class _LateMLP(nn.Module):
    def __init__(self, widths: tuple[int, ...]):
        super().__init__()
        self.widths = widths
        self.layers = nn.ModuleList()

    def forward(self, x: Tensor) -> Tensor:
        if not self.layers:
            self.layers.extend(nn.LazyLinear(width) for width in self.widths)
            self.layers.to(device=x.device, dtype=x.dtype)
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        return self.layers[-1](x)


def lazy_mlp(*widths: int) -> nn.Module:
    return _LateMLP(widths)
