"""Symmetrises the initial weight, so W_ijk and W_jik are one draw ("Each of its entries is drawn at
random on its own, so W is not symmetric").

says: starts symmetric in i and j
"""

class QuadraticReduction(nn.Module):
    def __init__(self, in_features: int, out_features: int):
        super().__init__()
        w = torch.randn(in_features, in_features, out_features) / in_features
        self.weight = nn.Parameter((w + w.transpose(0, 1)) / 2)

    def forward(self, x: Tensor) -> Tensor:
        return torch.einsum("...i,...j,ijk->...k", x, x, self.weight)
