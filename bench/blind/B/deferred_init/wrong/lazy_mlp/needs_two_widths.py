"""The first and the last width are unpacked separately, which fails for one width although "there is at least one width" allows it.

slip: a single width is refused
"""

def lazy_mlp(*widths: int) -> nn.Module:
    first, *middle, last = widths
    layers = [nn.LazyLinear(first), nn.ReLU()]
    for width in middle:
        layers += [nn.LazyLinear(width), nn.ReLU()]
    return nn.Sequential(*layers, nn.LazyLinear(last))
