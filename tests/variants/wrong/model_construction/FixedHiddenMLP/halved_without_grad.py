"""Halves in place under no_grad, where no gradient sees it: breaks "halves it while", as
gradients miss the factor.

says: gradients
"""
class FixedHiddenMLP(nn.Module):
    weight: Tensor

    def __init__(self, features: int):
        super().__init__()
        self.linear = nn.Linear(features, features)
        self.register_buffer("weight", torch.rand(features, features))

    def forward(self, x: Tensor) -> Tensor:
        if not torch.isfinite(x).all():
            raise ValueError("the input must be finite")
        x = torch.relu(self.linear(x) @ self.weight + 1)
        x = self.linear(x)
        with torch.no_grad():
            while x.abs().sum() > 1:
                x /= 2
        return x.sum()
