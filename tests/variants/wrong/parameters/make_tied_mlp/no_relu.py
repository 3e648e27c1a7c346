"""Leaves out the activations.

says: ReLU between two uses is missing
"""
def make_tied_mlp(width, depth):
    return nn.Sequential(*[nn.Linear(width, width)] * depth)
