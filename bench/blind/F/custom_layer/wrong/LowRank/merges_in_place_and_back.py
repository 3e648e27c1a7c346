"""Merges in place, copies, and subtracts again, which leaves rounding errors in the frozen weight ("nothing about the `LowRank` layer changes")."""


class LowRank(nn.Module):
    def __init__(self, linear: nn.Linear, rank: int, scale: float = 1.0):
        super().__init__()
        for p in linear.parameters():
            p.requires_grad_(False)
        self.linear = linear
        self.scale = scale
        self.A = nn.Parameter(torch.randn_like(linear.weight[:1].expand(rank, -1)))
        self.B = nn.Parameter(linear.weight.new_zeros(linear.out_features, rank))

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x) + self.scale * (x @ self.A.T) @ self.B.T

    @torch.no_grad()
    def merged(self) -> nn.Linear:
        delta = self.scale * self.B @ self.A
        self.linear.weight += delta
        try:
            return copy.deepcopy(self.linear).requires_grad_(True)
        finally:
            self.linear.weight -= delta
