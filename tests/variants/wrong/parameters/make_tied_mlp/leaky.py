"""A ReLU with a small slope below zero.

says: wrong result
"""
def make_tied_mlp(width, depth):
    shared = nn.Linear(width, width)
    return nn.Sequential(shared, *[nn.LeakyReLU(1e-3), shared] * (depth - 1))
