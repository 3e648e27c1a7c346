"""Flattens all axes but the first.

says: works on the last axis
"""
def lazy_mlp(*widths: int) -> nn.Module:
    layers: list[nn.Module] = [nn.Flatten()]
    for i, width in enumerate(widths):
        if i:
            layers.append(nn.ReLU())
        layers.append(nn.LazyLinear(width))
    return nn.Sequential(*layers)
