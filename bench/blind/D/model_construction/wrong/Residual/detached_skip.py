"""Saves the input detached for the way around, so no gradient reaches the input through it ("`block(x) + skip(x)`")."""

class Residual(nn.Module):
    def __init__(self, block: nn.Module, in_features: int, out_features: int):
        super().__init__()
        self.block = block
        if in_features == out_features:
            self.skip: nn.Module = nn.Identity()
        else:
            self.skip = nn.Linear(in_features, out_features, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        saved = x.detach().clone()
        return self.block(x) + self.skip(saved)
