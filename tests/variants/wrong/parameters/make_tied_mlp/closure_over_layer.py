"""The uses go through a closure over the layer, which a deep copy keeps.

says: copy still uses the original
"""
def make_tied_mlp(width: int, depth: int) -> nn.Module:
    layer = nn.Linear(width, width)

    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = layer

        def forward(self, x):
            x = layer(x)
            for _ in range(depth - 1):
                x = layer(torch.relu(x))
            return x

    return Tied()
