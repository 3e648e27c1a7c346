"""merged() has the dtype that linear had at first, also after the layer is cast.

says: what is merged has a dtype
"""
class LowRank(nn.Module):
    def __init__(self, linear: nn.Linear, rank: int, scale: float = 1.0):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        self.scale, self._dtype = scale, linear.weight.dtype
        w = linear.weight
        self.A = nn.Parameter(w.new_empty(rank, w.shape[1]).normal_())
        self.B = nn.Parameter(w.new_zeros(w.shape[0], rank))

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x) + self.scale * (x @ self.A.T) @ self.B.T

    def merged(self) -> nn.Linear:
        merged = copy.deepcopy(self.linear).requires_grad_(True)
        with torch.no_grad():
            merged.weight += self.scale * self.B @ self.A
        return merged.to(self._dtype)
