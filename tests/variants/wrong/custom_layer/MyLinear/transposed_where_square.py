r"""Turns the weight by its shape, which says nothing where it is square ("weight (in_units, units)").

says: MyLinear\((\d+), \1\)
"""
class MyLinear(nn.Module):
    def __init__(self, in_units: int, units: int):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_units, units))
        self.bias = nn.Parameter(torch.zeros(units))

    def forward(self, x: Tensor) -> Tensor:
        weight = self.weight
        if weight.shape[1] == x.shape[-1]:
            weight = weight.T
        return torch.relu(x @ weight + self.bias)
