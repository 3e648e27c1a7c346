"""Remembers the effective weight in eval mode, where A and B may change as well.

says: after its state changes in eval mode
"""

class LowRank(nn.Module):
    def __init__(self, linear: nn.Linear, rank: int, scale: float = 1.0):
        super().__init__()
        self._w = None
        self.linear = linear.requires_grad_(False)
        self.scale = scale
        w = linear.weight
        self.A = nn.Parameter(w.new_empty(rank, w.shape[1]).normal_())
        self.B = nn.Parameter(w.new_zeros(w.shape[0], rank))

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.linear(x, self._weight(), self.linear.bias)

    def merged(self) -> nn.Linear:
        m = copy.deepcopy(self.linear).requires_grad_(True)
        with torch.no_grad():
            m.weight += self.scale * self.B @ self.A
        return m

    def _weight(self) -> Tensor:
        if self.training or self._w is None:
            self._w = (self.linear.weight + self.scale * self.B @ self.A,)
        return self._w[0]
