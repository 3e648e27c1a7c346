"""Builds the merged layer with a bias of zeros where linear has none ("a bias, if linear has one").

says: linear has no bias
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
        w = self.linear.weight
        out = nn.Linear(w.shape[1], w.shape[0], dtype=w.dtype, device=w.device)
        out.weight.copy_(w + self.scale * self.B @ self.A)
        if self.linear.bias is None:
            out.bias.zero_()
        else:
            out.bias.copy_(self.linear.bias)
        return out
