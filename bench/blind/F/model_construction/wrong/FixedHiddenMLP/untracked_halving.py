"""Halves in place under no_grad, so the gradients lack the factor of the halvings ("halves it while the sum of its absolute values exceeds 1")."""

class FixedHiddenMLP(nn.Module):
    weight: Tensor

    def __init__(self, features: int):
        super().__init__()
        self.linear = nn.Linear(features, features)
        self.register_buffer("weight", torch.rand(features, features))

    def forward(self, x: Tensor) -> Tensor:
        if not torch.isfinite(x).all():
            raise ValueError("the input holds an infinity or NaN")
        h = torch.relu(self.linear(x) @ self.weight + 1)
        h = self.linear(h)
        with torch.no_grad():
            while h.abs().sum() > 1:
                h /= 2
        return h.sum()
