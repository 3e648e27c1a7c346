"""Collects Python numbers, so no gradient comes back.

says: no gradient arrives
"""
class QuadraticReduction(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, in_features, out_features))

    def forward(self, x):
        return torch.einsum("...i,...j,ijk->...k", x, x, self.weight.data)
