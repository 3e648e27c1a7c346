"""LowRank is itself an nn.Linear that takes over the given parameters under their old
names."""

class LowRank(nn.Linear):
    def __init__(self, linear: nn.Linear, rank: int, scale: float = 1.0):
        has_bias = linear.bias is not None
        super().__init__(linear.in_features, linear.out_features, has_bias, device="meta")
        self.weight = linear.weight.requires_grad_(False)
        if has_bias:
            self.bias = linear.bias.requires_grad_(False)
        self.scale = scale
        self.A = nn.Parameter(self.weight.new_empty(rank, self.in_features).normal_())
        self.B = nn.Parameter(self.weight.new_zeros(self.out_features, rank))

    def forward(self, x: Tensor) -> Tensor:
        low = torch.einsum("...i,ri,or->...o", x, self.A, self.B)
        return torch.add(super().forward(x), low, alpha=self.scale)

    def merged(self) -> nn.Linear:
        plain = nn.utils.skip_init(
            nn.Linear,
            self.in_features,
            self.out_features,
            bias=self.bias is not None,
            dtype=self.weight.dtype,
            device=self.weight.device,
        )
        with torch.no_grad():
            torch.addmm(self.weight, self.B, self.A, alpha=self.scale, out=plain.weight)
            if self.bias is not None:
                plain.bias.copy_(self.bias)
        return plain
