"""Detaches one of the two factors x, so the gradient in x lacks a term of y_k = sum W_ijk x_i x_j.

says: wrong gradients
"""

class QuadraticReduction(nn.Module):
    def __init__(self, in_features: int, out_features: int):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, in_features, out_features))

    def forward(self, x: Tensor) -> Tensor:
        left = torch.einsum("...i,ijk->...jk", x, self.weight)
        return torch.einsum("...j,...jk->...k", x.detach(), left)
