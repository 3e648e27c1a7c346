"""Later uses read the weights detached.

says: wrong gradients
"""
def make_tied_mlp(width: int, depth: int) -> nn.Module:
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(width, width)

        def forward(self, x):
            x = self.layer(x)
            for _ in range(depth - 1):
                weight, bias = self.layer.weight.data, self.layer.bias.data
                x = nn.functional.linear(torch.relu(x), weight, bias)
            return x

    return Tied()
