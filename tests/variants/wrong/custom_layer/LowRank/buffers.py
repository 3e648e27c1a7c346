"""Holds weight and bias as buffers, copied from linear.

says: parameters of linear are not parameters of the layer
"""
class LowRank(nn.Module):
    def __init__(self, linear, rank, scale=1.0):
        super().__init__()
        self.register_buffer("weight", linear.weight.detach().clone())
        self.register_buffer("bias", None if linear.bias is None else linear.bias.detach().clone())
        self.s = scale
        self.A = nn.Parameter(torch.randn(rank, linear.in_features).to(linear.weight) * 0.02)
        self.B = nn.Parameter(torch.zeros(linear.out_features, rank).to(linear.weight))

    def forward(self, x):
        low = torch.einsum("...i,ri,or->...o", x, self.A, self.B)
        return nn.functional.linear(x, self.weight, self.bias) + low.mul(self.s)

    def merged(self):
        layer = nn.Linear(self.weight.shape[1], self.weight.shape[0], bias=self.bias is not None)
        layer.weight = nn.Parameter((self.weight + self.s * self.B @ self.A).detach())
        if self.bias is not None:
            layer.bias = nn.Parameter(self.bias.clone())
        return layer
