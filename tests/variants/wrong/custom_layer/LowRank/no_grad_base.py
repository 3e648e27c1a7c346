"""Runs the frozen layer under no_grad, so the gradient in x lacks its part (only the parameters are
frozen; it computes linear(x) + ...).

says: wrong gradients
"""

class LowRank(nn.Module):
    def __init__(self, linear: nn.Linear, rank: int, scale: float = 1.0):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        self.scale = scale
        w = linear.weight
        self.A = nn.Parameter(torch.randn(rank, linear.in_features, dtype=w.dtype, device=w.device))
        self.B = nn.Parameter(torch.zeros(linear.out_features, rank, dtype=w.dtype, device=w.device))

    def forward(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            base = self.linear(x)
        return base + self.scale * (x @ self.A.T) @ self.B.T

    @torch.no_grad()
    def merged(self) -> nn.Linear:
        out = copy.deepcopy(self.linear)
        out.weight += self.scale * (self.B @ self.A)
        return out.requires_grad_(True)
