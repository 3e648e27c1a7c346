"""Copies the frozen layer and renews its weight alone, so that the copy's bias still
requires no gradient: breaks "a weight (and a bias, if `linear` has one) of its own,
which can be trained".

says: (?s)'bias': False.*a copy of a frozen layer is frozen
"""


class LowRank(nn.Module):
    def __init__(self, linear: nn.Linear, rank: int, scale: float = 1.0):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        self.scale = scale
        weight = linear.weight
        self.A = nn.Parameter(weight.new_empty(rank, linear.in_features).normal_())
        self.B = nn.Parameter(weight.new_zeros(linear.out_features, rank))

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x) + self.scale * (x @ self.A.T) @ self.B.T

    @torch.no_grad()
    def merged(self) -> nn.Linear:
        merged = copy.deepcopy(self.linear)
        merged.weight = nn.Parameter(merged.weight + self.scale * self.B @ self.A)
        return merged
