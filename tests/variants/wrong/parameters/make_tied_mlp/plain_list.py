"""Keeps the layer where nn.Module cannot see it.

says: plain list are invisible
"""
class _Tied(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.layers = [nn.Linear(width, width)] * depth

    def forward(self, x):
        for i, layer in enumerate(self.layers):
            x = layer(x.relu() if i else x)
        return x


def make_tied_mlp(width, depth):
    return _Tied(width, depth)
