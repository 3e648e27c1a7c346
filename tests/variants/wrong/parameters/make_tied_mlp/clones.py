"""Deep copies of one layer.

says: deepcopy make equal values, not one parameter
"""
def make_tied_mlp(width, depth):
    import copy

    layer = nn.Linear(width, width)
    layers = [layer]
    for _ in range(depth - 1):
        layers += [nn.ReLU(), copy.deepcopy(layer)]
    return nn.Sequential(*layers)
