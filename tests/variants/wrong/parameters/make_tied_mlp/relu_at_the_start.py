"""A ReLU before every use.

says: no ReLU before the first use
"""
def make_tied_mlp(width, depth):
    layer = nn.Linear(width, width)
    return nn.Sequential(*[nn.ReLU(), layer] * depth)
