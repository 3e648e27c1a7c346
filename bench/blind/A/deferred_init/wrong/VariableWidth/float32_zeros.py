"""The zeros are float32 whatever `x` is, so a layer after `.bfloat16()` fails where it pads but works where it does not: any dtype of a `Linear` should do.

slip: zeros of the wrong dtype
"""

class VariableWidth(nn.Module):
    def __init__(self, width: int, out: int):
        super().__init__()
        self.width = width
        self.linear = nn.Linear(width, out)

    def forward(self, x: Tensor) -> Tensor:
        missing = -x.shape[-1] % self.width
        if missing:
            x = torch.cat([x, torch.zeros(*x.shape[:-1], missing)], dim=-1)
        return self.linear(x.unflatten(-1, (-1, self.width))).sum(dim=-2)
