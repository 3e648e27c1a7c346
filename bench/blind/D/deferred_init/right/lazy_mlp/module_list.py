"""Unusual: a ModuleList subclass with a forward, the ReLU as a function before each layer but the first."""


class _Layers(nn.ModuleList):
    def forward(self, x: Tensor) -> Tensor:
        layers = iter(self)
        x = next(layers)(x)
        for layer in layers:
            x = layer(torch.relu(x))
        return x


def lazy_mlp(*widths: int) -> nn.Module:
    return _Layers(map(nn.LazyLinear, widths))
