r"""Keeps the scale as a float32 number, too coarse for a float64 layer.

says: , 0.1\)
"""

class LowRank(nn.Module):
    def __init__(self, linear: nn.Linear, rank: int, scale: float = 1.0):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        self.scale = torch.tensor(scale).float().item()
        w = linear.weight
        self.A = nn.Parameter(w.new_empty(rank, w.shape[1]).normal_())
        self.B = nn.Parameter(w.new_zeros(w.shape[0], rank))

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x) + self.scale * (x @ self.A.T) @ self.B.T

    def merged(self) -> nn.Linear:
        merged = copy.deepcopy(self.linear).requires_grad_(True)
        with torch.no_grad():
            merged.weight += self.scale * self.B @ self.A
        return merged
