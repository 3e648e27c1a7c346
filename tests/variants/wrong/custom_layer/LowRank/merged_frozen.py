"""Deep-copies the frozen layer and leaves the copy frozen ("a weight (and a bias ...) of its own,
which can be trained").

says: a copy of a frozen layer is frozen
"""

class LowRank(nn.Module):
    def __init__(self, linear: nn.Linear, rank: int, scale: float = 1.0):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        self.scale = scale
        w = linear.weight
        self.A = nn.Parameter(w.new_empty(rank, linear.in_features).normal_())
        self.B = nn.Parameter(w.new_zeros(linear.out_features, rank))

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x) + self.scale * (x @ self.A.T) @ self.B.T

    @torch.no_grad()
    def merged(self) -> nn.Linear:
        out = copy.deepcopy(self.linear)
        out.weight += self.scale * (self.B @ self.A)
        return out
