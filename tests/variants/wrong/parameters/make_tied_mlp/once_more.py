"""Runs the layer once more.

says: layer runs once more
"""
def make_tied_mlp(width, depth):
    layer = nn.Linear(width, width)
    return nn.Sequential(layer, *[nn.ReLU(), layer] * depth)
