"""A single width is refused.

says: not enough values
"""
def lazy_mlp(*widths: int) -> nn.Module:
    first, *middle, last = widths
    layers = [nn.LazyLinear(first), nn.ReLU()]
    for width in middle:
        layers += [nn.LazyLinear(width), nn.ReLU()]
    return nn.Sequential(*layers, nn.LazyLinear(last))
