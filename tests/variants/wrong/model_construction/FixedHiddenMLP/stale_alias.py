"""Computes with a second reference to the weight, which stays behind at .double(): breaks
"follows the network to other dtypes".

says: after .double
"""
class FixedHiddenMLP(nn.Module):
    weight: Tensor

    def __init__(self, features: int):
        super().__init__()
        self.linear = nn.Linear(features, features)
        self.fixed = torch.rand(features, features)
        self.register_buffer("weight", self.fixed)

    def forward(self, x: Tensor) -> Tensor:
        if not torch.isfinite(x).all():
            raise ValueError("the input must be finite")
        x = torch.relu(self.linear(x) @ self.fixed + 1)
        x = self.linear(x)
        while x.abs().sum() > 1:
            x = x / 2
        return x.sum()
