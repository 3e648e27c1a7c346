"""Checks for infinities only.

says: does not raise for one nan
"""
class FixedHiddenMLP(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.register_buffer("weight", torch.rand(features, features))
        self.linear = nn.Linear(features, features)

    def forward(self, x):
        if torch.isinf(x).any():
            raise ValueError("not finite")
        x = torch.relu(self.linear(x) @ self.weight + 1)
        x = self.linear(x)
        while x.abs().sum() > 1:
            x = x / 2
        return x.sum()
