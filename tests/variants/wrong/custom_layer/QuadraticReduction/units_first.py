r"""The weight with the outputs first.

says: size mismatch for weight|weight is not \(in_features
"""
class QuadraticReduction(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out_features, in_features, in_features))

    def forward(self, x):
        return torch.einsum("...i,...j,kij->...k", x, x, self.weight)
