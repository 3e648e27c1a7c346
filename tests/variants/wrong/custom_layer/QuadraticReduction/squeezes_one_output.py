r"""Drops the last axis where there is one output ("(..., in_features) -> (..., out_features)").

says: QuadraticReduction\(1, 1\)
"""
class QuadraticReduction(nn.Module):
    def __init__(self, in_features: int, out_features: int):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, in_features, out_features))

    def forward(self, x: Tensor) -> Tensor:
        y = torch.einsum("...i,...j,ijk->...k", x, x, self.weight)
        return y.squeeze(-1) if y.shape[-1] == 1 else y
