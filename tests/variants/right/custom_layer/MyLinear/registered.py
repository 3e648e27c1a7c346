"""register_parameter, einsum, where."""
class MyLinear(nn.Module):
    def __init__(self, in_units, units):
        super(MyLinear, self).__init__()
        self.register_parameter("weight", nn.Parameter(0.01 * torch.randn((in_units, units))))
        self.register_parameter("bias", nn.Parameter(torch.full((units,), 0.5)))

    def forward(self, X):
        z = torch.einsum("...i,iu->...u", X, self.weight) + self.bias
        return torch.where(z < 0, torch.zeros_like(z), z)
