"""The uses are called through closures over the layer, so a deep copy still computes with the
weights of the original, against "They stay shared when the network (...) is deep-copied".

slip: forward closes over the first layer
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
