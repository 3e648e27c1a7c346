"""A layer of its own for every use.

says: every use has a layer of its own
"""
def make_tied_mlp(width, depth):
    layers = [nn.Linear(width, width)]
    for _ in range(depth - 1):
        layers += [nn.ReLU(), nn.Linear(width, width)]
    return nn.Sequential(*layers)
