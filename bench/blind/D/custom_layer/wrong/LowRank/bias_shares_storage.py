"""The merged bias is a new Parameter on the old storage, so training it changes the layer ("a bias ... of its own", "nothing about the `LowRank` layer changes")."""

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
        out_features, in_features = self.linear.weight.shape
        new = nn.Linear(in_features, out_features, bias=False)
        weight = self.linear.weight + self.scale * self.B @ self.A
        new.weight = nn.Parameter(weight.detach())
        if self.linear.bias is not None:
            new.bias = nn.Parameter(self.linear.bias.detach())
        return new
