"""The sum is written into the block's output with +=: breaks "it changes neither the input nor the block's
output".

slip: += on the block's output
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
        out = self.block(x)
        out += self.skip(x)
        return out
