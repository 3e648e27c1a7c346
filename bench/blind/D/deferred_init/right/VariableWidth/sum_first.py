"""Unusual: linear maps add up, so the chunks are summed first and the bias is taken once for each chunk."""


class VariableWidth(nn.Linear):
    def __init__(self, width: int, out: int):
        super().__init__(width, out)

    def forward(self, x: Tensor) -> Tensor:
        n, width = x.shape[-1], self.in_features
        number = (n + width - 1) // width
        total = sum(
            nn.functional.pad(part, (0, width - part.shape[-1]))
            for part in x.split(width, dim=-1)
        )
        return nn.functional.linear(total, self.weight) + number * self.bias
