"""Freezes a deep copy and leaves `linear` trainable ("The parameters of `linear` ... are parameters of the layer too ... but require no gradients")."""


class LowRank(nn.Module):
    def __init__(self, linear: nn.Linear, rank: int, scale: float = 1.0):
        super().__init__()
        self.linear = copy.deepcopy(linear).requires_grad_(False)
        self.scale = scale
        like = {"dtype": linear.weight.dtype, "device": linear.weight.device}
        self.A = nn.Parameter(torch.randn(rank, linear.in_features, **like))
        self.B = nn.Parameter(torch.zeros(linear.out_features, rank, **like))

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x) + self.scale * (x @ self.A.T) @ self.B.T

    def merged(self) -> nn.Linear:
        out = copy.deepcopy(self.linear)
        with torch.no_grad():
            out.weight += self.scale * self.B @ self.A
        return out.requires_grad_(True)
