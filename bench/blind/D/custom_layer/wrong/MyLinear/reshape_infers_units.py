"""Restores the shape with -1, which is ambiguous without elements ("whatever comes before it, a batch of none as well")."""

class MyLinear(nn.Module):
    def __init__(self, in_units: int, units: int):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_units, units))
        self.bias = nn.Parameter(torch.zeros(units))

    def forward(self, x: Tensor) -> Tensor:
        rows = x.reshape(-1, self.weight.shape[0])
        out = torch.addmm(self.bias, rows, self.weight)
        return torch.relu(out).reshape(*x.shape[:-1], -1)
