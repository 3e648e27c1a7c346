"""Builds the merged layer in the default dtype and copies the values into it ("a plain nn.Linear that
gives the same outputs").

says: what is merged has a dtype
"""

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

    @torch.no_grad()
    def merged(self) -> nn.Linear:
        old = self.linear
        new = nn.Linear(old.in_features, old.out_features, bias=old.bias is not None)
        new.weight.copy_(old.weight + self.scale * self.B @ self.A)
        if old.bias is not None:
            new.bias.copy_(old.bias)
        return new
