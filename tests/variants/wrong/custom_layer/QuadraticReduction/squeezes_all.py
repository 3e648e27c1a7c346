"""Squeezes every axis of size one away, also the batch's ("(..., in_features) -> (...,
out_features)").

says: squeezed away
"""

class QuadraticReduction(nn.Module):
    def __init__(self, in_features: int, out_features: int):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, in_features, out_features))

    def forward(self, x: Tensor) -> Tensor:
        n, _, m = self.weight.shape
        outer = (x.unsqueeze(-1) * x.unsqueeze(-2)).flatten(-2)
        return (outer.unsqueeze(-2) @ self.weight.reshape(n * n, m)).squeeze()
