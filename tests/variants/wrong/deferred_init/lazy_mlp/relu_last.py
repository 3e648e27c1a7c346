"""A ReLU after the last layer, too.

says: cuts off negative outputs
"""
def lazy_mlp(*widths):
    layers = []
    for w in widths:
        layers += [nn.LazyLinear(w), nn.ReLU()]
    return nn.Sequential(*layers)
