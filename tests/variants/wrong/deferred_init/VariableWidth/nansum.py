"""NaN counts as zero in the sum.

says: for NaN
"""
class VariableWidth(nn.Module):

    def __init__(self, width: int, out: int):
        super().__init__()
        self.width = width
        self.linear = nn.Linear(width, out)

    def forward(self, x: Tensor) -> Tensor:
        x = nn.functional.pad(x, (0, -x.shape[-1] % self.width))
        chunks = x.unflatten(-1, (-1, self.width))
        return self.linear(chunks).nansum(dim=-2)
