"""Every use multiplies by a transposed view of the weight that was taken once in __init__ and that
net.double() leaves in float32, against "They stay shared when the network moves to another
dtype".

slip: kept a transposed weight from __init__
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
