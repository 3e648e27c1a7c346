"""Runs the frozen layer under no_grad: its share of the gradient in x is lost ("It computes `linear(x) + scale * (x @ A.T) @ B.T`"; only its parameters are frozen)."""

class LowRank(nn.Module):
    def __init__(self, linear: nn.Linear, rank: int, scale: float = 1.0):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        w = linear.weight
        self.A = nn.Parameter(torch.randn(rank, w.shape[1], dtype=w.dtype, device=w.device))
        self.B = nn.Parameter(w.new_zeros(w.shape[0], rank))
        self.scale = scale

    def forward(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            base = self.linear(x)
        return base + self.scale * (x @ self.A.T) @ self.B.T

    def merged(self) -> nn.Linear:
        result = copy.deepcopy(self.linear).requires_grad_(True)
        with torch.no_grad():
            result.weight += self.scale * self.B @ self.A
        return result
