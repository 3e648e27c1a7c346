"""Unusual: the network is itself a Linear layer, a subclass that applies its own map `depth` times."""

class _Repeated(nn.Linear):
    def __init__(self, width: int, depth: int):
        super().__init__(width, width)
        self.depth = depth

    def forward(self, x: Tensor) -> Tensor:
        x = super().forward(x)
        for _ in range(1, self.depth):
            x = super().forward(x.relu())
        return x


def make_tied_mlp(width: int, depth: int) -> nn.Module:
    return _Repeated(width, depth)
