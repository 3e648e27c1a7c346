"""The network begins with a Flatten, which breaks "works on the last axis, whatever comes before it".

slip: flattens all axes but the first
"""

def lazy_mlp(*widths: int) -> nn.Module:
    layers: list[nn.Module] = [nn.Flatten()]
    for i, width in enumerate(widths):
        if i:
            layers.append(nn.ReLU())
        layers.append(nn.LazyLinear(width))
    return nn.Sequential(*layers)
