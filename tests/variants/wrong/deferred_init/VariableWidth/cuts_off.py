"""Cuts off what is left over.

says: cut off
"""
class VariableWidth(nn.Module):
    def __init__(self, width, out):
        super().__init__()
        self.width = width
        self.linear = nn.Linear(width, out)

    def forward(self, x):
        x = x[..., : x.shape[-1] // self.width * self.width]
        return self.linear(x.unflatten(-1, (x.shape[-1] // self.width, self.width))).sum(-2)
