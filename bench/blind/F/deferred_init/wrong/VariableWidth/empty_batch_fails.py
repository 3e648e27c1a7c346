"""reshape with -1 cannot be worked out when the batch has no rows ("It works on the last axis, whatever comes before it")."""


class VariableWidth(nn.Module):
    def __init__(self, width: int, out: int):
        super().__init__()
        self.width = width
        self.linear = nn.Linear(width, out)

    def forward(self, x: Tensor) -> Tensor:
        x = nn.functional.pad(x, (0, -x.shape[-1] % self.width))
        return self.linear(x.reshape(*x.shape[:-1], -1, self.width)).sum(-2)
