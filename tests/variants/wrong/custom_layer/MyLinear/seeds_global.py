"""Seeds the global generator in __init__, so every layer starts with the same values and the caller's
random numbers are reset (weight "starts at random values").

says: a fixed seed
"""

class MyLinear(nn.Module):
    def __init__(self, in_units: int, units: int):
        super().__init__()
        torch.manual_seed(0)
        self.weight = nn.Parameter(torch.randn(in_units, units))
        self.bias = nn.Parameter(torch.randn(units))

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x @ self.weight + self.bias)
