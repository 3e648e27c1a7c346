"""The layer is itself a Linear: weight and bias have no prefix; split and add."""
class VariableWidth(nn.Linear):
    def __init__(self, width: int, out: int):
        super().__init__(width, out)

    def forward(self, x: Tensor) -> Tensor:
        *full, last = x.split(self.in_features, dim=-1)
        last = nn.functional.pad(last, (0, self.in_features - last.shape[-1]))
        total = super().forward(last)
        for chunk in full:
            total = total + super().forward(chunk)
        return total
