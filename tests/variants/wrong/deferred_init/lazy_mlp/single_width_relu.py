"""A ReLU comes after a single layer.

says: after the last layer
"""
def lazy_mlp(*widths: int) -> nn.Module:
    first, *rest = widths
    layers = [nn.LazyLinear(first), nn.ReLU()]
    for i, width in enumerate(rest):
        layers.append(nn.LazyLinear(width))
        if i < len(rest) - 1:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers)
