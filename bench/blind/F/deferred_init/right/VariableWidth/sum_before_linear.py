"""Unusual: the chunks are summed first, then one matrix product; the bias counts once per chunk."""


class VariableWidth(nn.Linear):
    def __init__(self, width: int, out: int):
        super().__init__(width, out)

    def forward(self, x: Tensor) -> Tensor:
        width = self.in_features
        count = (x.shape[-1] + width - 1) // width
        total = nn.functional.pad(x[..., (count - 1) * width :], (0, count * width - x.shape[-1]))
        for i in range(count - 1):
            total = total + x[..., i * width : (i + 1) * width]
        return nn.functional.linear(total, self.weight, count * self.bias)
