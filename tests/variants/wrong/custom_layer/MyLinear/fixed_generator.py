"""Draws from a generator of fixed seed: every layer starts the same ("`weight`, which starts at random
values").

says: a fixed seed
"""

class MyLinear(nn.Module):
    def __init__(self, in_units: int, units: int):
        super().__init__()
        generator = torch.Generator().manual_seed(0)
        self.weight = nn.Parameter(torch.randn(in_units, units, generator=generator))
        self.bias = nn.Parameter(torch.zeros(units))

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x @ self.weight + self.bias)
