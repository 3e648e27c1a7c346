"""Flattens with view, which fails for permuted inputs ("on the last axis, whatever comes
before it").

says: view and raw memory need a contiguous tensor
"""

class MyLinear(nn.Module):
    def __init__(self, in_units: int, units: int):
        super().__init__()
        self.in_units, self.units = in_units, units
        self.weight = nn.Parameter(torch.randn(in_units, units))
        self.bias = nn.Parameter(torch.zeros(units))

    def forward(self, x: Tensor) -> Tensor:
        rows = x.view(x.shape[:-1].numel(), self.in_units)
        out = torch.relu(torch.addmm(self.bias, rows, self.weight))
        return out.view(*x.shape[:-1], self.units)
