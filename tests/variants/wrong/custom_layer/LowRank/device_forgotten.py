"""Gives A and B the dtype of the frozen layer but leaves them on the default device:
breaks "`A` and `B` have their dtype and device".

says: (?s)on cpu.*or lie elsewhere
"""


class LowRank(nn.Module):
    def __init__(self, linear: nn.Linear, rank: int, scale: float = 1.0):
        super().__init__()
        self.linear = linear
        self.scale = scale
        for parameter in self.linear.parameters():
            parameter.requires_grad_(False)
        dtype = linear.weight.dtype
        self.A = nn.Parameter(torch.randn(rank, linear.in_features, dtype=dtype))
        self.B = nn.Parameter(torch.zeros(linear.out_features, rank, dtype=dtype))

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x) + self.scale * (x @ self.A.T) @ self.B.T

    def merged(self) -> nn.Linear:
        merged = copy.deepcopy(self.linear)
        with torch.no_grad():
            merged.weight += self.scale * self.B @ self.A
        return merged.requires_grad_(True)
