"""Scales the caller's tensor down in place.

says: change the caller's tensor
"""
class FixedHiddenMLP(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.register_buffer("weight", torch.rand(features, features))
        self.linear = nn.Linear(features, features)

    def forward(self, x):
        if not x.isfinite().all():
            raise ValueError
        y = torch.relu(self.linear(x) @ self.weight + 1)
        y = self.linear(y)
        while y.abs().sum() > 1:
            y = y / 2
        x /= 2
        return y.sum()
