r"""Works for a batch only.

says: einsum\(\): the number of subscripts
"""
class QuadraticReduction(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, in_features, out_features))

    def forward(self, x):
        return torch.einsum("bi,bj,ijk->bk", x, x, self.weight)
