"""Adds in place when no gradients are recorded, so it changes the block's output and, with an identity block, the input ("it changes neither the input nor the block's output")."""

class Residual(nn.Module):
    def __init__(self, block: nn.Module, in_features: int, out_features: int):
        super().__init__()
        self.block = block
        self.skip = (
            nn.Identity()
            if in_features == out_features
            else nn.Linear(in_features, out_features, bias=False)
        )

    def forward(self, x: Tensor) -> Tensor:
        y = self.block(x)
        if torch.is_grad_enabled():
            return y + self.skip(x)
        return y.add_(self.skip(x))  # no graph: save the memory
