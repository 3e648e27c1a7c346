"""Flattens the batch and lets reshape infer the last axis with -1, which cannot work for an empty
batch ("whatever comes before it").

says: for an empty batch
"""

class MyLinear(nn.Module):
    def __init__(self, in_units: int, units: int):
        super().__init__()
        self.in_units = in_units
        self.weight = nn.Parameter(torch.randn(in_units, units) * 0.1)
        self.bias = nn.Parameter(torch.zeros(units))

    def forward(self, x: Tensor) -> Tensor:
        rows = x.reshape(-1, self.in_units)
        y = torch.addmm(self.bias, rows, self.weight)
        return torch.relu(y).reshape(*x.shape[:-1], -1)
