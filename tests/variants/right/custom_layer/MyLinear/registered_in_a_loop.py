"""A bias at random values, registered first; clamp in place of relu."""
class MyLinear(nn.Module):
    def __init__(self, in_units, units):
        super().__init__()
        parameters = {
            "bias": torch.empty(units).uniform_(-0.5, 0.5),
            "weight": nn.init.xavier_uniform_(torch.empty(in_units, units)),
        }
        for name, value in parameters.items():
            self.register_parameter(name, nn.Parameter(value))

    def forward(self, x):
        return nn.functional.linear(x, self.weight.t(), self.bias).clamp(min=0)
