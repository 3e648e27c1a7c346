"""Runs the block once to check the width and again for the sum: breaks "`block(x) +
skip(x)`", one run, as a counter or BatchNorm shows.

says: each module runs once
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
        shortcut = self.skip(x)
        if self.block(x).shape != shortcut.shape:
            raise ValueError("block does not give out_features")
        return self.block(x) + shortcut
