"""Flattens the leading axes with flatten(0, -2), which fails for a 1-D input ("works on the last axis, whatever comes before it")."""


class _LastAxisMLP(nn.Sequential):
    def forward(self, x):
        lead = x.shape[:-1]
        y = super().forward(x.flatten(0, -2))
        return y.reshape(*lead, y.shape[-1])


def lazy_mlp(*widths: int) -> nn.Module:
    layers = []
    for width in widths:
        layers += [nn.LazyLinear(width), nn.ReLU()]
    return _LastAxisMLP(*layers[:-1])
