"""Ties the weights only.

says: bias belongs to the layer
"""
def make_tied_mlp(width, depth):
    layer = nn.Linear(width, width)
    layers = [layer]
    for _ in range(depth - 1):
        other = nn.Linear(width, width)
        other.weight = layer.weight
        layers += [nn.ReLU(), other]
    return nn.Sequential(*layers)
