"""Adds in place to the block's output, except where that is the input: breaks "it is a new
tensor".

says: tensor that somebody else holds
"""
class Residual(nn.Module):
    def __init__(self, block: nn.Module, in_features: int, out_features: int):
        super().__init__()
        self.block = block
        if in_features == out_features:
            self.skip: nn.Module = nn.Identity()
        else:
            self.skip = nn.Linear(in_features, out_features, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        out = self.block(x)
        if out is x:
            out = out.clone()
        out += self.skip(x)
        return out
