"""Adds in place to the output of the block unless that is the input ("it is a new tensor: it changes neither the input nor the block's output")."""

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
