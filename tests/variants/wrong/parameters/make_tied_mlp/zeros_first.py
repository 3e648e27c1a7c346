"""All weights begin as zero.

says: begin with the same values
"""
def make_tied_mlp(width, depth):
    shared = nn.Linear(width, width)
    nn.init.zeros_(shared.weight)
    nn.init.zeros_(shared.bias)
    return nn.Sequential(shared, *[nn.ReLU(), shared] * (depth - 1))
