"""Keeps the layers in a plain list.

says: plain list are invisible
"""
class _Net(nn.Module):
    def __init__(self, widths):
        super().__init__()
        self.layers = [nn.LazyLinear(w) for w in widths]

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        return self.layers[-1](x)


def lazy_mlp(*widths):
    return _Net(widths)
