"""A width that is a multiple already gets a whole chunk of zeros more, and its bias, against "not at all if it is one".

slip: pads a multiple by a whole chunk
"""

class VariableWidth(nn.Module):
    def __init__(self, width: int, out: int):
        super().__init__()
        self.width = width
        self.linear = nn.Linear(width, out)

    def forward(self, x: Tensor) -> Tensor:
        missing = self.width - x.shape[-1] % self.width
        x = nn.functional.pad(x, (0, missing))
        return self.linear(x.unflatten(-1, (-1, self.width))).sum(dim=-2)
