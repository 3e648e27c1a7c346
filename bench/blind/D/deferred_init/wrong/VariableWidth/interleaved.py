"""Cuts into every k-th element instead of neighbours ("cut into chunks of `width` neighbours")."""


class VariableWidth(nn.Module):
    def __init__(self, width: int, out: int):
        super().__init__()
        self.width = width
        self.linear = nn.Linear(width, out)

    def forward(self, x: Tensor) -> Tensor:
        x = nn.functional.pad(x, (0, -x.shape[-1] % self.width))
        chunks = x.unflatten(-1, (self.width, x.shape[-1] // self.width))
        return self.linear(chunks.transpose(-1, -2)).sum(-2)
