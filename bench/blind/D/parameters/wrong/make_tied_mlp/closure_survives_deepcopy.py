"""The forward pass is a closure over the first layer; a deep copy still computes with the original's layer ("stay shared when the network ... is deep-copied")."""


class _Tied(nn.Module):
    def __init__(self, width: int, depth: int):
        super().__init__()
        layer = nn.Linear(width, width)
        self.layer = layer

        def run(x: Tensor) -> Tensor:
            x = layer(x)
            for _ in range(depth - 1):
                x = layer(x.relu())
            return x

        self._run = run

    def forward(self, x: Tensor) -> Tensor:
        return self._run(x)


def make_tied_mlp(width: int, depth: int) -> nn.Module:
    return _Tied(width, depth)
