"""Refuses only when no entry is finite: breaks "ValueError: the input holds an infinity
or NaN", be it one.

says: loop whose condition never becomes false
"""
class FixedHiddenMLP(nn.Module):
    weight: Tensor

    def __init__(self, features: int):
        super().__init__()
        self.linear = nn.Linear(features, features)
        self.register_buffer("weight", torch.rand(features, features))

    def forward(self, x: Tensor) -> Tensor:
        if not x.isfinite().any():
            raise ValueError("the input holds an infinity or NaN")
        x = torch.relu(self.linear(x) @ self.weight + 1)
        x = self.linear(x)
        while x.abs().sum() > 1:
            x = x / 2
        return x.sum()
