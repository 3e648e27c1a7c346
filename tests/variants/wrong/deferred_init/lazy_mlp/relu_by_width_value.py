"""Leaves out the ReLU after every layer as wide as the last one, not after the last one
only (no ReLU in lazy_mlp(2, 2)): breaks "a ReLU between two layers".

says: and a ReLU between two
"""


def lazy_mlp(*widths: int) -> nn.Module:
    layers = []
    for width in widths:
        layers.append(nn.LazyLinear(width))
        if width != widths[-1]:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers)
