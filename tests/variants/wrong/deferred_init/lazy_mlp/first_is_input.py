"""Takes the first width as the input's.

says: first width is an output width
"""
def lazy_mlp(*widths):
    layers = []
    for w in widths[1:]:
        layers += [nn.LazyLinear(w), nn.ReLU()]
    return nn.Sequential(*layers[:-1])
