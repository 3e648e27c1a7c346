"""A ReLU after every use.

says: no ReLU after the last use
"""
def make_tied_mlp(width, depth):
    layer = nn.Linear(width, width)
    return nn.Sequential(*[layer, nn.ReLU()] * depth)
