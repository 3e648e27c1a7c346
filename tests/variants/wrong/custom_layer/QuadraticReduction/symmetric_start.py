"""Draws W symmetric.

says: starts symmetric in i and j
"""
class QuadraticReduction(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        w = torch.randn(in_features, in_features, out_features)
        self.weight = nn.Parameter((w + w.transpose(0, 1)) / 2)

    def forward(self, x):
        return torch.einsum("...i,...j,ijk->...k", x, x, self.weight)
