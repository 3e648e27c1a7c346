"""Recognizes the last layer by its width, so lazy_mlp(2, 5, 2) lacks its first ReLU ("a ReLU between two layers")."""


def lazy_mlp(*widths: int) -> nn.Module:
    layers = []
    for width in widths:
        layers.append(nn.LazyLinear(width))
        if width != widths[-1]:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers)
