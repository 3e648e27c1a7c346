"""A module class of its own with a ModuleList and a functional ReLU.
"""

class _LazyPerceptron(nn.Module):
    def __init__(self, widths: tuple[int, ...]):
        super().__init__()
        self._layers = nn.ModuleList(map(nn.LazyLinear, widths))

    def forward(self, x: Tensor) -> Tensor:
        *hidden, last = self._layers
        for layer in hidden:
            x = layer(x).relu()
        return last(x)


def lazy_mlp(*widths: int) -> nn.Module:
    return _LazyPerceptron(widths)
