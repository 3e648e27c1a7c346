"""Compares the widths by `is`: breaks "the identity where the two widths are equal".

says: compare with ==
"""
class Residual(nn.Module):
    def __init__(self, block: nn.Module, in_features: int, out_features: int):
        super().__init__()
        self.block = block
        if in_features is out_features:
            self.skip: nn.Module = nn.Identity()
        else:
            self.skip = nn.Linear(in_features, out_features, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.block(x) + self.skip(x)
