"""Adds a whole chunk of zeros if n is a multiple of width, so that the bias counts once too often: breaks "not at all if it is one"."""


class VariableWidth(nn.Module):
    def __init__(self, width: int, out: int):
        super().__init__()
        self.width = width
        self.linear = nn.Linear(width, out)

    def forward(self, x: Tensor) -> Tensor:
        missing = self.width - x.shape[-1] % self.width
        x = nn.functional.pad(x, (0, missing))
        return self.linear(x.unflatten(-1, (-1, self.width))).sum(-2)
