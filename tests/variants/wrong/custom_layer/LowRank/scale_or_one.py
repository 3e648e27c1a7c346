r"""Takes a scale of 0 for one that is left out.

says: , 0.0\)
"""
class LowRank(nn.Module):
    def __init__(self, linear: nn.Linear, rank: int, scale: float = 1.0):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        self.scale = scale or 1.0
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
