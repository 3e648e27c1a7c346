"""An nn.Linear inside, so the parameters have other names.

says: does not have the parameters weight
"""
class MyLinear(nn.Module):
    def __init__(self, in_units, units):
        super().__init__()
        self.linear = nn.Linear(in_units, units)

    def forward(self, X):
        return torch.relu(self.linear(X))
