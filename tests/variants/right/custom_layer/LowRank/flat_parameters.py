"""Right: no submodule, the frozen parameters are registered under names of the layer; two F.linear calls; merged by skip_init."""

class LowRank(nn.Module):
    def __init__(self, linear: nn.Linear, rank: int, scale: float = 1.0):
        super().__init__()
        for parameter in linear.parameters():
            parameter.requires_grad_(False)
        self.register_parameter("frozen_weight", linear.weight)
        self.register_parameter("frozen_bias", linear.bias)
        out_features, in_features = linear.weight.shape
        self.A = nn.Parameter(linear.weight.new_empty(rank, in_features).normal_(std=0.1))
        self.B = nn.Parameter(linear.weight.new_zeros(out_features, rank))
        self._scale = scale

    def forward(self, x: Tensor) -> Tensor:
        linear = nn.functional.linear
        low = linear(linear(x, self.A), self.B)
        return torch.add(linear(x, self.frozen_weight, self.frozen_bias), low, alpha=self._scale)

    @torch.no_grad()
    def merged(self) -> nn.Linear:
        weight = torch.add(self.frozen_weight, self.B @ self.A, alpha=self._scale)
        plain = nn.utils.skip_init(
            nn.Linear,
            weight.shape[1],
            weight.shape[0],
            bias=self.frozen_bias is not None,
            dtype=weight.dtype,
            device=weight.device,
        )
        values = {"weight": weight}
        if self.frozen_bias is not None:
            values["bias"] = self.frozen_bias
        plain.load_state_dict(values)
        return plain
