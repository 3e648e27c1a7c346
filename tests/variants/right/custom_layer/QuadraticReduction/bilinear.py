"""Right: torch's own bilinear form of x with itself, the weight's axes moved."""

class QuadraticReduction(nn.Module):
    def __init__(self, in_features: int, out_features: int):
        super().__init__()
        init = torch.distributions.Normal(0.0, 1.0 / in_features)
        self.weight = nn.Parameter(init.sample((in_features, in_features, out_features)))

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.bilinear(x, x, self.weight.movedim(-1, 0))
