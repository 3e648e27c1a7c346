"""Adds the skip into the block's output in place, which with an identity block is the input itself: breaks "it changes neither the input nor the block's output"."""


class Residual(nn.Module):
    def __init__(self, block: nn.Module, in_features: int, out_features: int):
        super().__init__()
        self.block = block
        if in_features == out_features:
            self.skip: nn.Module = nn.Identity()
        else:
            self.skip = nn.Linear(in_features, out_features, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        y = self.block(x)
        y += self.skip(x)
        return y
