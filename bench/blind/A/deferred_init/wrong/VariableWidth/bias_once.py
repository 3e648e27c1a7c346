"""The chunks are summed before the layer, so its bias counts once, against "applied to each chunk, its bias included".

slip: sums first, adds the bias once
"""

class VariableWidth(nn.Module):
    def __init__(self, width: int, out: int):
        super().__init__()
        self.width = width
        self.linear = nn.Linear(width, out)

    def forward(self, x: Tensor) -> Tensor:
        x = nn.functional.pad(x, (0, -x.shape[-1] % self.width))
        return self.linear(x.unflatten(-1, (-1, self.width)).sum(dim=-2))
