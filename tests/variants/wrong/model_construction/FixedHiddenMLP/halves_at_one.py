"""Halves while the sum is at least 1.

says: 1 does not exceed 1
"""
class FixedHiddenMLP(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.register_buffer("weight", torch.rand(features, features))
        self.linear = nn.Linear(features, features)

    def forward(self, x):
        if not x.isfinite().all():
            raise ValueError("not finite")
        x = torch.relu(self.linear(x) @ self.weight + 1)
        x = self.linear(x)
        while x.abs().sum() >= 1:
            x = x / 2
        return x.sum()
