"""Keeps the frozen parameters in a ParameterList, no Linear inside; forward and merged
both go by the effective weight `W + scale * B @ A`."""

from torch.nn.functional import linear as apply_linear


class LowRank(nn.Module):
    def __init__(self, linear: nn.Linear, rank: int, scale: float = 1.0):
        super().__init__()
        self.scale = scale
        out_features, in_features = linear.weight.shape
        self.A = nn.Parameter(linear.weight.new_empty(rank, in_features))
        self.B = nn.Parameter(linear.weight.new_zeros(out_features, rank))
        nn.init.normal_(self.A, std=in_features**-0.5)
        self.frozen = nn.ParameterList(
            p.requires_grad_(False) for p in linear.parameters()
        )

    def _effective(self) -> tuple[Tensor, ...]:
        weight, *bias = self.frozen
        return torch.addmm(weight, self.B, self.A, alpha=self.scale), *bias

    def forward(self, x: Tensor) -> Tensor:
        return apply_linear(x, *self._effective())

    def merged(self) -> nn.Linear:
        values = dict(zip(("weight", "bias"), self._effective(), strict=False))
        out_features, in_features = values["weight"].shape
        plain = nn.Linear(
            in_features, out_features, bias="bias" in values, device="meta"
        )
        for name, value in values.items():
            setattr(plain, name, nn.Parameter(value.detach().clone()))
        return plain
