"""The network is itself the layer: a Linear that runs again and again."""
class _Repeated(nn.Linear):
    def __init__(self, width, depth):
        super().__init__(width, width)
        self.depth = depth

    def forward(self, input):
        out = super().forward(input)
        for _ in range(1, self.depth):
            out = super().forward(torch.relu(out))
        return out


def make_tied_mlp(width, depth):
    return _Repeated(width, depth)
