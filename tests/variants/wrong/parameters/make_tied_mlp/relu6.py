"""ReLU6 cuts at 6.

says: for huge numbers|wrong result
"""
def make_tied_mlp(width, depth):
    shared = nn.Linear(width, width)
    return nn.Sequential(shared, *[nn.ReLU6(), shared] * (depth - 1))
