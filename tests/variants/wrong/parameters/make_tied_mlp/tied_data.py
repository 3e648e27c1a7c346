"""Ties `.data`: one memory, but many parameters.

says: `\.data`.* not one parameter
"""
def make_tied_mlp(width, depth):
    layer = nn.Linear(width, width)
    layers = [layer]
    for _ in range(depth - 1):
        other = nn.Linear(width, width)
        other.weight.data = layer.weight.data
        other.bias.data = layer.bias.data
        layers += [nn.ReLU(), other]
    return nn.Sequential(*layers)
