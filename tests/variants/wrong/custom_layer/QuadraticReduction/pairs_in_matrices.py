"""Pairs the inputs of each matrix of a deep batch, and takes the diagonal ("inputs of a batch are not
combined").

says: only its diagonal matters
"""
class QuadraticReduction(nn.Module):
    def __init__(self, in_features: int, out_features: int):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, in_features, out_features))

    def forward(self, x: Tensor) -> Tensor:
        if x.dim() < 3:
            return torch.einsum("...i,...j,ijk->...k", x, x, self.weight)
        pairs = torch.einsum("...ai,...bj,ijk->...abk", x, x, self.weight)
        return pairs.diagonal(dim1=-3, dim2=-2).mT
