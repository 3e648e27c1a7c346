"""Keeps a transposed weight from __init__.

says: for a deep copy
"""
class _TiedMLP(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.layer = nn.Linear(width, width)
        self.depth = depth
        self.transposed = [self.layer.weight.t()]

    def forward(self, x):
        for use in range(self.depth):
            x = torch.relu(x) if use else x
            x = x @ self.transposed[0] + self.layer.bias
        return x


def make_tied_mlp(width: int, depth: int) -> nn.Module:
    return _TiedMLP(width, depth)
