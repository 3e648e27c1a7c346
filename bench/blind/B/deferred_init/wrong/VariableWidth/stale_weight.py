"""The weight is repeated once per number of chunks and kept, so after a training step or a load the old one is used, against "one and the same `Linear` is applied".

slip: keeps an old copy of the weight
"""

class VariableWidth(nn.Module):
    def __init__(self, width: int, out: int):
        super().__init__()
        self.width = width
        self.linear = nn.Linear(width, out)
        self._tiled: dict[int, tuple[Tensor, Tensor]] = {}

    def forward(self, x: Tensor) -> Tensor:
        x = nn.functional.pad(x, (0, -x.shape[-1] % self.width))
        k = x.shape[-1] // self.width
        if k not in self._tiled:
            self._tiled[k] = (self.linear.weight.repeat(1, k), k * self.linear.bias)
        return nn.functional.linear(x, *self._tiled[k])
