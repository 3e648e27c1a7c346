"""Hides the frozen layer in a list, so its parameters are none of the layer's ("are parameters of the
layer too").

says: is no parameter
"""

class LowRank(nn.Module):
    def __init__(self, linear: nn.Linear, rank: int, scale: float = 1.0):
        super().__init__()
        self._frozen = [linear.requires_grad_(False)]
        self.scale = scale
        w = linear.weight
        self.A = nn.Parameter(torch.randn(rank, w.shape[1], dtype=w.dtype, device=w.device))
        self.B = nn.Parameter(torch.zeros(w.shape[0], rank, dtype=w.dtype, device=w.device))

    def forward(self, x: Tensor) -> Tensor:
        return self._frozen[0](x) + self.scale * (x @ self.A.T) @ self.B.T

    @torch.no_grad()
    def merged(self) -> nn.Linear:
        out = copy.deepcopy(self._frozen[0])
        out.weight += self.scale * self.B @ self.A
        return out.requires_grad_(True)
