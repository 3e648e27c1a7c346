"""The base is in a list, so it is not moved.

says: is no parameter
"""
class LowRank(nn.Module):
    def __init__(self, linear, rank, scale=1.0):
        super().__init__()
        self._parts = [linear]
        linear.requires_grad_(False)
        self.scale = scale
        w = linear.weight
        self.A = nn.Parameter(torch.randn(rank, linear.in_features, dtype=w.dtype))
        self.B = nn.Parameter(torch.zeros(linear.out_features, rank, dtype=w.dtype))

    def forward(self, x):
        return self._parts[0](x) + self.scale * (x @ self.A.T @ self.B.T)

    def merged(self):
        import copy

        new = copy.deepcopy(self._parts[0]).requires_grad_(True)
        with torch.no_grad():
            new.weight += self.scale * self.B @ self.A
        return new
