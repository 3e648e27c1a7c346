"""Only the first layer is lazy.

says: needs to know its input width
"""
def lazy_mlp(*widths):
    layers = [nn.LazyLinear(widths[0])]
    for a, b in zip(widths, widths[1:]):
        layers += [nn.ReLU(), nn.Linear(a, b)]
    return nn.Sequential(*layers)
