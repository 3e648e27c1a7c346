r"""The weight as nn.Linear has it.

says: weight is \(in_units, units\), unlike nn\.Linear's
"""
class MyLinear(nn.Module):
    def __init__(self, in_units, units):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(units, in_units))
        self.bias = nn.Parameter(torch.zeros(units))

    def forward(self, X):
        return torch.relu(X @ self.weight.T + self.bias)
