"""Adds onto what the block has returned.

says: tensor that somebody else holds
"""
class Residual(nn.Module):
    def __init__(self, block, in_features, out_features):
        super().__init__()
        self.block = block
        self.skip = None if in_features == out_features else nn.Linear(in_features, out_features, bias=False)

    def forward(self, x):
        out = self.block(x)
        out += x if self.skip is None else self.skip(x)
        return out
