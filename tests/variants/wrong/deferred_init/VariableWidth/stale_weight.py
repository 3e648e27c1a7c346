"""Keeps an old copy of the weight.

says: kept from an earlier call
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
