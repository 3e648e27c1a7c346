r"""Tensors that require gradients, but are no parameters.

says: only an nn\.Parameter is registered
"""
class MyLinear(nn.Module):
    def __init__(self, in_units, units):
        super().__init__()
        self.weight = torch.randn(in_units, units, requires_grad=True)
        self.bias = torch.zeros(units, requires_grad=True)

    def forward(self, X):
        return torch.relu(X @ self.weight + self.bias)
