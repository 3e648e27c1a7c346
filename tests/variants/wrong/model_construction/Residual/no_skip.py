"""Leaves out the way around the block.

says: skip is missing
"""
class Residual(nn.Module):
    def __init__(self, block, in_features, out_features):
        super().__init__()
        self.block = block
        self.skip = None if in_features == out_features else nn.Linear(in_features, out_features, bias=False)

    def forward(self, x):
        return self.block(x)
