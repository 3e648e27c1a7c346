"""Hides the block in a tuple.

says: hides the block from nn.Module
"""
class Residual(nn.Module):
    def __init__(self, block, in_features, out_features):
        super().__init__()
        self.parts = (block,)
        self.skip = None if in_features == out_features else nn.Linear(in_features, out_features, bias=False)

    def forward(self, x):
        return self.parts[0](x) + (x if self.skip is None else self.skip(x))
