"""Makes the layer for the skip in forward.

says: made in __init__
"""
class Residual(nn.Module):
    def __init__(self, block, in_features, out_features):
        super().__init__()
        self.block = block
        self.widths = in_features, out_features

    def forward(self, x):
        if self.widths[0] != self.widths[1]:
            return self.block(x) + nn.Linear(*self.widths, bias=False)(x)
        return self.block(x) + x
