"""No ReLU at all.

says: ReLU between the layers is missing
"""
def lazy_mlp(*widths):
    return nn.Sequential(*[nn.LazyLinear(w) for w in widths])
