"""Never checks its input, so halving an infinity does not end.

says: loop whose condition never becomes false
"""
class FixedHiddenMLP(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.register_buffer("weight", torch.rand(features, features))
        self.linear = nn.Linear(features, features)

    def forward(self, x):
        x = torch.relu(self.linear(x) @ self.weight + 1)
        x = self.linear(x)
        while x.abs().sum() > 1:
            x = x / 2
        return x.sum()
