"""The loop is bounded by ten halvings: breaks "halves it while the sum of its absolute
values exceeds 1" for large values.

says: loop goes on until
"""
class FixedHiddenMLP(nn.Module):
    weight: Tensor

    def __init__(self, features: int):
        super().__init__()
        self.linear = nn.Linear(features, features)
        self.register_buffer("weight", torch.rand(features, features))

    def forward(self, x: Tensor) -> Tensor:
        if not x.isfinite().all():
            raise ValueError("the input holds an infinity or NaN")
        x = torch.relu(self.linear(x) @ self.weight + 1)
        x = self.linear(x)
        for _ in range(10):
            if x.abs().sum() > 1:
                x = x / 2
        return x.sum()
