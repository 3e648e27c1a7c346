"""Right: registers linear's parameters under names of its own, adds the correction to the weight in
forward, and merges into a layer made on the meta device."""

class LowRank(nn.Module):
    def __init__(self, linear: nn.Linear, rank: int, scale: float = 1.0):
        super().__init__()
        for name, p in list(linear.named_parameters()):
            self.register_parameter(f"frozen_{name}", p.requires_grad_(False))
        if linear.bias is None:
            self.register_parameter("frozen_bias", None)
        self._scale = scale
        like = {"dtype": linear.weight.dtype, "device": linear.weight.device}
        self.A = nn.Parameter(torch.empty(rank, linear.in_features, **like))
        self.B = nn.Parameter(torch.zeros(linear.out_features, rank, **like))
        nn.init.kaiming_uniform_(self.A, a=5**0.5)

    def _weight(self) -> Tensor:
        return torch.addmm(self.frozen_weight, self.B, self.A, alpha=self._scale)

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.linear(x, self._weight(), self.frozen_bias)

    def merged(self) -> nn.Linear:
        out, n = self.frozen_weight.shape
        bias = self.frozen_bias
        plain = nn.Linear(n, out, bias=bias is not None, device="meta")
        plain.weight = nn.Parameter(self._weight().detach())
        if bias is not None:
            plain.bias = nn.Parameter(bias.detach().clone())
        return plain
