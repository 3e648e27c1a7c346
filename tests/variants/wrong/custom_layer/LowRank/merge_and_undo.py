"""Adds the correction to the frozen weight, copies it, and subtracts it again, which leaves rounding
errors behind ("nothing about the LowRank layer changes").

says: leaves roundings
"""

class LowRank(nn.Module):
    def __init__(self, linear: nn.Linear, rank: int, scale: float = 1.0):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        self.scale = scale
        w = linear.weight
        self.A = nn.Parameter(torch.randn_like(w[:1]).new_empty(rank, w.shape[1]).normal_(std=0.1))
        self.B = nn.Parameter(w.new_zeros(w.shape[0], rank))

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x) + self.scale * (x @ self.A.T) @ self.B.T

    @torch.no_grad()
    def merged(self) -> nn.Linear:
        delta = self.scale * self.B @ self.A
        self.linear.weight += delta
        out = copy.deepcopy(self.linear).requires_grad_(True)
        self.linear.weight -= delta
        return out
