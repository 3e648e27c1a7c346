r"""Returns the list of layers.

says: does not return an nn\.Module
"""
def lazy_mlp(*widths):
    layers = []
    for w in widths:
        layers += [nn.LazyLinear(w), nn.ReLU()]
    return layers[:-1]
