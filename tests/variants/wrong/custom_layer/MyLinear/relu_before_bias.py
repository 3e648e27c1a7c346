"""Applies the ReLU to the product and adds the bias afterwards ("relu(x @ weight + bias)").

says: the bias is added after the ReLU
"""

class MyLinear(nn.Module):
    def __init__(self, in_units: int, units: int):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_units, units))
        self.bias = nn.Parameter(torch.zeros(units))

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x @ self.weight) + self.bias
