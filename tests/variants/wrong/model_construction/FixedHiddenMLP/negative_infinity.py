"""Looks for NaN and +inf only, so that -inf is let through: breaks "ValueError: the
input holds an infinity or NaN".

says: does not raise for one -inf in x
"""


class FixedHiddenMLP(nn.Module):
    weight: Tensor

    def __init__(self, features: int):
        super().__init__()
        self.linear = nn.Linear(features, features)
        self.register_buffer("weight", torch.rand(features, features))

    def forward(self, x: Tensor) -> Tensor:
        if torch.isnan(x).any() or (x == torch.inf).any():
            raise ValueError("the input must be finite")
        x = torch.relu(self.linear(x) @ self.weight + 1)
        x = self.linear(x)
        while x.abs().sum() > 1:
            x = x / 2
        return x.sum()
