r"""The merged layer shares the bias, which is thawed.

says: merged\(\) must not share|merged\(\) changes|What is done to the merged layer
"""
class LowRank(nn.Module):
    def __init__(self, linear, rank, scale=1.0):
        super().__init__()
        self.linear = linear
        linear.requires_grad_(False)
        self.scale = scale
        w = linear.weight
        self.A = nn.Parameter(torch.randn(rank, linear.in_features, dtype=w.dtype))
        self.B = nn.Parameter(torch.zeros(linear.out_features, rank, dtype=w.dtype))

    def forward(self, x):
        return self.linear(x) + self.scale * (x @ self.A.T @ self.B.T)

    def merged(self):
        new = nn.Linear(self.linear.in_features, self.linear.out_features, bias=False)
        if self.linear.bias is not None:
            new.bias = nn.Parameter(self.linear.bias.data)
        with torch.no_grad():
            new.weight.copy_(self.linear.weight + self.scale * self.B @ self.A)
        return new
