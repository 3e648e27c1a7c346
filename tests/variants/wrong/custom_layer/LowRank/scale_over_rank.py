"""Multiplies by scale / rank, as many libraries do ("linear(x) + scale * (x @ A.T) @ B.T").

says: the correction is divided by the rank
"""

class LowRank(nn.Module):
    def __init__(self, linear: nn.Linear, rank: int, scale: float = 1.0):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        w = linear.weight
        self.scale = scale / rank
        self.A = nn.Parameter(torch.randn(rank, w.shape[1], dtype=w.dtype, device=w.device))
        self.B = nn.Parameter(torch.zeros(w.shape[0], rank, dtype=w.dtype, device=w.device))

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x) + self.scale * (x @ self.A.T) @ self.B.T

    @torch.no_grad()
    def merged(self) -> nn.Linear:
        out = copy.deepcopy(self.linear)
        out.weight += self.scale * self.B @ self.A
        return out.requires_grad_(True)
