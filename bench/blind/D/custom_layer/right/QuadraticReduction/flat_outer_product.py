"""Unusual: the outer product of each row, flattened, times the flattened weight, which is drawn uniformly."""

class QuadraticReduction(nn.Module):
    def __init__(self, in_features: int, out_features: int):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(in_features, in_features, out_features) - 0.5)

    def forward(self, x: Tensor) -> Tensor:
        pairs = (x.unsqueeze(-1) * x.unsqueeze(-2)).flatten(-2)
        return pairs @ self.weight.flatten(0, 1)
