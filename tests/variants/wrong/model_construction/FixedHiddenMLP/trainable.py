r"""The constant is a trainable parameter.

says: an nn\.Parameter is trained
"""
class FixedHiddenMLP(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(features, features))
        self.linear = nn.Linear(features, features)

    def forward(self, x):
        if not x.isfinite().all():
            raise ValueError
        x = torch.relu(self.linear(x) @ self.weight + 1)
        x = self.linear(x)
        while x.abs().sum() > 1:
            x = x / 2
        return x.sum()
