"""merged() makes a Linear of default dtype, copy_ casts in silence ("returns a plain `nn.Linear` that gives the same outputs")."""

class LowRank(nn.Module):
    def __init__(self, linear: nn.Linear, rank: int, scale: float = 1.0):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        w = linear.weight
        self.A = nn.Parameter(torch.randn(rank, w.shape[1], dtype=w.dtype, device=w.device))
        self.B = nn.Parameter(w.new_zeros(w.shape[0], rank))
        self.scale = scale

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x) + self.scale * (x @ self.A.T) @ self.B.T

    def merged(self) -> nn.Linear:
        old = self.linear
        new = nn.Linear(old.in_features, old.out_features, bias=old.bias is not None)
        with torch.no_grad():
            new.weight.copy_(old.weight + self.scale * self.B @ self.A)
            if old.bias is not None:
                new.bias.copy_(old.bias)
        return new
