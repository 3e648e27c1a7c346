"""Adds in place to what the skip returns, which is the input for equal widths: breaks
"it changes neither the input".

says: tensor that somebody else holds
"""
class Residual(nn.Module):
    def __init__(self, block: nn.Module, in_features: int, out_features: int):
        super().__init__()
        self.block = block
        if in_features == out_features:
            self.skip = nn.Identity()
        else:
            self.skip = nn.Linear(in_features, out_features, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.skip(x).add_(self.block(x))
