"""The outer product of each input with itself, times a flat weight."""
class QuadraticReduction(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.d, self.k = in_features, out_features
        self.weight = nn.Parameter(torch.rand(in_features, in_features, out_features))

    def forward(self, x):
        pairs = x.unsqueeze(-1) * x.unsqueeze(-2)
        return pairs.flatten(-2) @ self.weight.reshape(self.d * self.d, self.k)
