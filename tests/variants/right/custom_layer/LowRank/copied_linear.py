"""Freezes a copy of linear; merges into a new layer."""
class LowRank(nn.Module):
    def __init__(self, linear, rank, scale=1.0):
        super().__init__()
        self.linear = copy.deepcopy(linear).requires_grad_(False)
        self.scale = scale
        like = {"dtype": linear.weight.dtype, "device": linear.weight.device}
        self.A = nn.Parameter(torch.randn(rank, linear.in_features, **like))
        self.B = nn.Parameter(torch.zeros(linear.out_features, rank, **like))

    def forward(self, x):
        return self.linear(x) + self.scale * (x @ self.A.T) @ self.B.T

    def merged(self):
        old = self.linear
        new = nn.Linear(
            old.in_features,
            old.out_features,
            bias=old.bias is not None,
            dtype=old.weight.dtype,
            device=old.weight.device,
        )
        with torch.no_grad():
            new.weight.copy_(old.weight + self.scale * self.B @ self.A)
            if old.bias is not None:
                new.bias.copy_(old.bias)
        return new
