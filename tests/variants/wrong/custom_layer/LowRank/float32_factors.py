"""Makes A and B in the default dtype, whatever that of linear ("A and B have their dtype and device").

says: A and B have a dtype of their own
"""

class LowRank(nn.Module):
    def __init__(self, linear: nn.Linear, rank: int, scale: float = 1.0):
        super().__init__()
        self.linear = linear
        for p in linear.parameters():
            p.requires_grad = False
        self.scale = scale
        self.A = nn.Parameter(torch.randn(rank, linear.in_features, device=linear.weight.device))
        self.B = nn.Parameter(torch.zeros(linear.out_features, rank, device=linear.weight.device))

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x) + self.scale * (x @ self.A.T) @ self.B.T

    def merged(self) -> nn.Linear:
        out = copy.deepcopy(self.linear).requires_grad_(True)
        with torch.no_grad():
            out.weight.add_(self.B @ self.A, alpha=self.scale)
        return out
