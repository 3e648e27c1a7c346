"""The correction is computed from data.

says: no gradient arrives
"""
class LowRank(nn.Module):
    def __init__(self, linear, rank, scale=1.0):
        super().__init__()
        self.linear = linear
        linear.requires_grad_(False)
        self.scale = scale
        w = linear.weight
        self.A = nn.Parameter(torch.randn(rank, linear.in_features, dtype=w.dtype, device=w.device))
        self.B = nn.Parameter(torch.zeros(linear.out_features, rank, dtype=w.dtype, device=w.device))

    def forward(self, x):
        return self.linear(x) + self.scale * (x @ self.A.data.T @ self.B.data.T)

    def merged(self):
        import copy

        new = copy.deepcopy(self.linear).requires_grad_(True)
        with torch.no_grad():
            new.weight += self.scale * self.B @ self.A
        return new
