"""Halves in place under no_grad, so the gradient misses the factors 1/2 ("halves it while ... and returns the sum of its entries")."""

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
