"""The merged layer's bias is a copy of the frozen one, frozen as well ("a weight (and a bias ...) of its own, which can be trained")."""


class LowRank(nn.Module):
    def __init__(self, linear: nn.Linear, rank: int, scale: float = 1.0):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        self.scale = scale
        w = linear.weight
        self.A = nn.Parameter(torch.randn(rank, w.shape[1], dtype=w.dtype, device=w.device))
        self.B = nn.Parameter(torch.zeros(w.shape[0], rank, dtype=w.dtype, device=w.device))

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x) + self.scale * (x @ self.A.T) @ self.B.T

    def merged(self) -> nn.Linear:
        merged = copy.deepcopy(self.linear)
        with torch.no_grad():
            merged.weight = nn.Parameter(merged.weight + self.scale * self.B @ self.A)
        return merged
