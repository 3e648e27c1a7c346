"""Adds onto the input.

says: tensor that somebody else holds
"""
class Residual(nn.Module):
    def __init__(self, block, in_features, out_features):
        super().__init__()
        self.block = block
        self.skip = None if in_features == out_features else nn.Linear(in_features, out_features, bias=False)

    def forward(self, x):
        out = self.block(x)
        if self.skip is not None:
            return out + self.skip(x)
        with torch.no_grad():
            x += out
        return x
