"""The constant is a frozen Parameter; the loop halves with a factor."""
class FixedHiddenMLP(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(features, features), requires_grad=False)
        self.linear = nn.Linear(features, features)

    def forward(self, x):
        if torch.isnan(x).any() or torch.isinf(x).any():
            raise ValueError("not finite")
        x = nn.functional.relu(torch.mm(self.linear(x), self.weight) + 1)
        x = self.linear(x)
        while torch.linalg.vector_norm(x, ord=1).item() > 1:
            x = x * 0.5
        return torch.sum(x)
