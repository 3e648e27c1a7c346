"""A ReLU follows the sum, as in the ResNet paper: breaks "Nothing follows the sum".

slip: ReLU after the sum
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
        return torch.relu(self.block(x) + self.skip(x))
