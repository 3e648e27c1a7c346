"""Projects only where the width shrinks, and broadcasts or fails where it grows: breaks
"Where they differ it is a `Linear` layer".

says: skip is a Linear layer
"""
class Residual(nn.Module):
    def __init__(self, block: nn.Module, in_features: int, out_features: int):
        super().__init__()
        self.block = block
        if in_features <= out_features:
            self.skip = nn.Identity()
        else:
            self.skip = nn.Linear(in_features, out_features, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.block(x) + self.skip(x)
