r"""Asks for the input width, as Linear does.

says: nn\.Linear needs to know its input width
"""
def lazy_mlp(*widths):
    layers = []
    for a, b in zip(widths, widths[1:]):
        layers += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*layers[:-1])
