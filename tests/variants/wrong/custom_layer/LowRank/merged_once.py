"""Remembers the merged layer: after more training it is out of date ("gives the same outputs", "so it
can be merged again").

says: out of date after a change
"""

class LowRank(nn.Module):
    def __init__(self, linear: nn.Linear, rank: int, scale: float = 1.0):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        w = linear.weight
        self.A = nn.Parameter(torch.randn(rank, w.shape[1], dtype=w.dtype, device=w.device))
        self.B = nn.Parameter(w.new_zeros(w.shape[0], rank))
        self.scale = scale
        self._product: tuple[Tensor, ...] = ()

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x) + self.scale * (x @ self.A.T) @ self.B.T

    def merged(self) -> nn.Linear:
        if not self._product:
            self._product = (self.scale * self.B.detach() @ self.A.detach(),)
        result = copy.deepcopy(self.linear).requires_grad_(True)
        with torch.no_grad():
            result.weight += self._product[0]
        return result
