"""A and B are float32.

says: A and B have a dtype of their own|same dtype
"""
class LowRank(nn.Module):
    def __init__(self, linear, rank, scale=1.0):
        super().__init__()
        self.linear = linear
        linear.requires_grad_(False)
        self.scale = scale
        w = linear.weight
        self.A = nn.Parameter(torch.randn(rank, linear.in_features))
        self.B = nn.Parameter(torch.zeros(linear.out_features, rank))

    def forward(self, x):
        return self.linear(x) + self.scale * (x @ self.A.T @ self.B.T)

    def merged(self):
        import copy

        new = copy.deepcopy(self.linear).requires_grad_(True)
        with torch.no_grad():
            new.weight += self.scale * self.B @ self.A
        return new
